import type { ScheduledFault } from '../../infra/plan/plan.ts';
import type { FaultKind } from '../../infra/spec/fault.ts';
import { isDiskBack, isDiskFault, judgeDisk, type DiskReading } from './disk-faults.ts';
import type { LinkSample } from './link-probes.ts';
import type { LinkMechanism } from './link-driver.ts';
import type { LinkReadingsByLink } from './link-meter.ts';
import { isClean, judgeLink, type LinkReading } from './link-receipts.ts';
import type { Receipt } from '../verdict/receipt.ts';
import { median } from '../statistics.ts';

/** When a fault was in force, and what its disks read before and during it. */
export interface Realised {
  readonly injectedAtMs: number | null;
  readonly injectTookMs: number;
  readonly healedAtMs: number | null;
  readonly healTookMs: number;
  readonly before: ReadonlyMap<string, DiskReading>;
  readonly during: ReadonlyMap<string, DiskReading>;
}

/** The links around one fault: just before it was injected, and while it was in force. */
export interface LinkMeasurement {
  readonly before: LinkReadingsByLink;
  readonly during: LinkReadingsByLink;
  /** Links that any fault was on at any moment of `during`; the others are its bystanders. */
  readonly touched: ReadonlySet<string>;
}

/** All that was measured in one trial. */
export interface Measurements {
  readonly links: {
    /** Without any fault. */
    readonly baseline: LinkReadingsByLink;
    readonly of: ReadonlyMap<string, LinkMeasurement>;
    readonly after: LinkReadingsByLink;
  };
  readonly realised: ReadonlyMap<string, Realised>;
  /** Disks after the heal, by fault and target. */
  readonly disksAfter: ReadonlyMap<string, ReadonlyMap<string, DiskReading>>;
  readonly leftovers: readonly string[];
  readonly mechanism: LinkMechanism;
}

/** What brought each kind about. */
const drivers = {
  'network.delay': (mechanism) => mechanism,
  'network.jitter': (mechanism) => mechanism,
  'network.loss': (mechanism) => mechanism,
  'network.rate': () => 'htb',
  'network.partition': () => 'nftables',
  'disk.space': () => 'diskfill',
  'disk.inodes': () => 'diskfill',
  'disk.readonly': () => 'remount',
} satisfies Record<FaultKind, (mechanism: LinkMechanism) => string>;

const noLink: LinkSample = { sent: 0, received: 0, delaysMs: [], bitsPerSecond: NaN };
const noDisk: DiskReading = { freeBytes: -1, freeInodes: -1, writeError: '', createError: '' };

/** Pure: a receipt for every fault and target. What was never in force has readings that no judgement accepts. */
export function receiptsOf(faults: readonly ScheduledFault[], measured: Measurements): readonly Receipt[] {
  return faults.flatMap((scheduled) => {
    const bystanders = bystandersOf(scheduled, measured);
    return scheduled.targets.map((target): Receipt => ({
      ...common(scheduled, target, measured, isBack(scheduled, target, measured)),
      ...judged(scheduled, target, measured),
      bystandersOk: bystanders.every(({ before, during }) => isClean(before, during)),
      bystanders: bystanders.length,
      ...(bystanders.length === 0 ? {} : { bystanderReading: bystanderReading(bystanders) }),
    }));
  });
}

function common(
  { id, fault }: ScheduledFault,
  target: string,
  { realised, leftovers, mechanism }: Measurements,
  isBack: boolean,
) {
  const times = realised.get(id);
  // Cuts and delays are where packets arrive, rates and netem where they leave: a link has two ends to be left clean.
  const nodes = target.includes('->') ? target.split('->') : target.split(':').slice(0, 1);
  return {
    fault: id,
    kind: fault.kind,
    target,
    healedOk: isBack && !leftovers.some((line) => nodes.some((node) => line.startsWith(`${node}:`))),
    injectedAtMs: times?.injectedAtMs ?? null,
    healedAtMs: times?.healedAtMs ?? null,
    injectTookMs: times?.injectTookMs ?? 0,
    healTookMs: times?.healTookMs ?? 0,
    driver: drivers[fault.kind](mechanism),
  };
}

/** What the victim itself sees after the heal: fingerprints only know what they look for. */
function isBack(
  { id, fault }: ScheduledFault,
  target: string,
  { links, realised, disksAfter }: Measurements,
): boolean {
  if (isDiskFault(fault)) {
    const before = realised.get(id)?.before.get(target) ?? noDisk;
    return isDiskBack(before, disksAfter.get(id)?.get(target) ?? noDisk);
  }
  const [was, is] = [links.baseline.get(target), links.after.get(target)];
  if (was === undefined || is === undefined || !isClean(was.probes, is.probes)) return false;
  return fault.kind !== 'network.rate' || is.flood.bitsPerSecond > fault.rateMbit * 1.1e6;
}

function judged(
  { id, fault }: ScheduledFault,
  target: string,
  { links, realised, disksAfter }: Measurements,
) {
  switch (fault.kind) {
    case 'disk.space':
    case 'disk.inodes':
    case 'disk.readonly': {
      const times = realised.get(id);
      const result = judgeDisk(
        fault,
        times?.before.get(target) ?? noDisk,
        times?.during.get(target) ?? noDisk,
        disksAfter.get(id)?.get(target) ?? noDisk,
      );
      const { before, during, after } = result.measured;
      return { ...result, samples: { before: [before], during: [during], after: [after] } };
    }
    default: {
      const of = (readings: LinkReadingsByLink | undefined): LinkReading =>
        readings?.get(target) ?? { probes: noLink, flood: noLink };
      const measured = links.of.get(id);
      return judgeLink(fault, {
        baseline: of(links.baseline),
        before: of(measured?.before),
        during: of(measured?.during),
        after: of(links.after),
      });
    }
  }
}

interface Bystander {
  readonly before: LinkSample;
  readonly during: LinkSample;
}

/**
 * Links that no fault was on while this one was measured, without any fault and then. None for a fault beside which no
 * link was measured: what nobody looked at is not called clean.
 */
function bystandersOf({ id }: ScheduledFault, { links }: Measurements): readonly Bystander[] {
  const measured = links.of.get(id);
  if (measured === undefined) return [];
  return [...measured.during]
    .filter(([link]) => !measured.touched.has(link))
    .map(([link, { probes }]) => ({ before: links.baseline.get(link)?.probes ?? noLink, during: probes }));
}

function bystanderReading(bystanders: readonly Bystander[]): Receipt['bystanderReading'] {
  const added = bystanders.map(({ before, during }) => median(during.delaysMs) - median(before.delaysMs));
  const worst = Math.max(...added);
  const sum = (of: (during: LinkSample) => number): number =>
    bystanders.reduce((total, { during }) => total + of(during), 0);
  return {
    // -1: nothing arrived over one of them (JSON has no NaN).
    addedMs: Number.isNaN(worst) ? -1 : Number(worst.toFixed(3)),
    lost: sum(({ sent, received }) => sent - received),
    sent: sum(({ sent }) => sent),
  };
}
