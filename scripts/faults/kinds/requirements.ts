import { HostError } from '../../../infra/errors.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { Fault } from '../../../infra/spec/fault.ts';
import type { Abilities } from '../side-car/abilities.ts';
import { nearestStep, type Calibration } from './calibration.ts';
import { kinds } from './kinds.ts';

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
      kinds[fault.kind].missing(abilities) ?? (calibration === null ? null : tooTight(fault, calibration));
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
