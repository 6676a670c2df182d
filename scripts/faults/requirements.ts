import { HostError } from '../../infra/errors.ts';
import type { ScheduledFault } from '../../infra/plan/plan.ts';
import type { Fault, FaultKind } from '../../infra/spec/fault.ts';
import type { Abilities } from './abilities.ts';
import { nearestStep, type Calibration } from './calibration.ts';

/** What the kernel must offer to each kind of fault; null where it does. */
const missing = {
  'network.delay': queueing,
  'network.jitter': queueing,
  'network.loss': queueing,
  'network.duplicate': ({ duplicating }) =>
    duplicating ? null : 'the kernel cannot duplicate packets (CONFIG_NFT_DUP_IPV4)',
  'network.reorder': shaping,
  'network.corrupt': shaping,
  'network.rate': ({ htb }) => (htb ? null : 'the kernel has no htb (CONFIG_NET_SCH_HTB)'),
  'network.partition': ({ nftables }) => (nftables ? null : 'the kernel has no nftables (CONFIG_NF_TABLES)'),
  'disk.space': () => null,
  'disk.inodes': () => null,
  'disk.readonly': () => null,
} satisfies Record<FaultKind, (abilities: Abilities) => string | null>;

/** netem reorders by letting some through at once, and corrupts headers as well as what they carry: neither is what is asked. */
function shaping({ nfqueue }: Abilities): string | null {
  return nfqueue ? null : 'the kernel has no NFQUEUE (CONFIG_NETFILTER_XT_TARGET_NFQUEUE)';
}

function queueing({ nfqueue, netem, htb }: Abilities): string | null {
  if (nfqueue || (netem && htb)) return null;
  return 'the kernel has neither NFQUEUE (CONFIG_NETFILTER_XT_TARGET_NFQUEUE) nor netem below htb (CONFIG_NET_SCH_NETEM)';
}

/**
 * Pure: why this host cannot do what the faults ask, one reason a fault; empty where it can. A calibration, where there
 * is one, tells what its drivers were measured to do.
 */
export function whyNot(
  faults: readonly ScheduledFault[],
  abilities: Abilities,
  calibration: Calibration | null,
): readonly string[] {
  return faults.flatMap(({ id, fault }) => {
    const why =
      missing[fault.kind](abilities) ?? (calibration === null ? null : tooTight(fault, calibration));
    return why === null ? [] : [`${id}: ${why}`];
  });
}

/** @throws HostError (69) before anything is started. */
export function refuseWhatCannotBe(
  faults: readonly ScheduledFault[],
  abilities: Abilities,
  calibration: Calibration | null,
): void {
  const reasons = whyNot(faults, abilities, calibration);
  if (reasons.length === 0) return;
  throw new HostError('host-cannot', `this host cannot do what was asked:\n  ${reasons.join('\n  ')}`, {
    hint: 'understudy doctor says what it can do; doctor --calibrate measures it again',
  });
}

function tooTight(fault: Fault, calibration: Calibration): string | null {
  const asked = askedOf(fault);
  if (asked === null) return null;
  const { requested, unit } = asked;
  if (fault.kind === 'network.rate' && requested > calibration.capacityBitsPerSecond * 0.9)
    return `a flood on this host's links reaches ${Math.round(calibration.capacityBitsPerSecond / 1e6)} Mbit/s: a rate of ${requested / 1e6} Mbit/s could not be told from none`;
  const step = nearestStep(calibration, fault.kind, requested);
  if (step === null || step.ok) return null;
  return `${step.requested} ${unit} came out as ${step.measured} ${unit} (tolerance ${step.tolerance}) when this host was calibrated on ${calibration.takenAt}`;
}

function askedOf(fault: Fault): { readonly requested: number; readonly unit: string } | null {
  switch (fault.kind) {
    case 'network.delay':
      return { requested: fault.delayMs, unit: 'ms' };
    case 'network.loss':
      return { requested: fault.lossRatio, unit: 'of all packets' };
    case 'network.rate':
      return { requested: fault.rateMbit * 1e6, unit: 'bit/s' };
    default:
      return null;
  }
}
