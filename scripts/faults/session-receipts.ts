import type { ScheduledFault } from '../../infra/plan/plan.ts';
import type { FaultKind } from '../../infra/spec/fault.ts';
import { isDiskFault, isDiskHealed, judgeDisk, whyNothingToDo } from './disk-faults.ts';
import { isDiskAsBefore, type DiskReading } from './disk-readings.ts';
import type { LinkSample } from './link-probes.ts';
import type { LinkMechanism } from './link-driver.ts';
import type { LinkReadingsByLink } from './link-meter.ts';
import { isClean, isGone } from './clean-link.ts';
import { judgeLink, type LinkReading } from './link-receipts.ts';
import type { Receipt } from '../verdict/receipt.ts';
import { median } from '../statistics.ts';

/** When a fault was in force, and whether it was taken out without an error. */
export interface Realised {
  readonly injectedAtMs: number | null;
  readonly injectTookMs: number;
  readonly healedAtMs: number | null;
  readonly healTookMs: number;
  readonly healed: boolean;
}

/** The links around one fault: just before it was injected, while it was in force, and right after its heal. */
export interface LinkMeasurement {
  readonly before: LinkReadingsByLink;
  readonly during: LinkReadingsByLink;
  /** Links that any fault was on at any moment of `during`; the others are its bystanders. */
  readonly touched: ReadonlySet<string>;
  /** In a window, its own links that could be held against `before` (LinkWatch). */
  readonly healed: ReadonlyMap<string, HealedLink>;
}

/** What a link read right after a heal beside which it may carry other faults. */
export interface HealedLink extends LinkReading {
  /** Nothing else came or went since before the inject: all of the link must be as it was. */
  readonly isAlone: boolean;
}

/** The disks around one fault, its own and those beside it. */
export interface DiskMeasurement {
  /** Before any fault. */
  readonly baseline: ReadonlyMap<string, DiskReading>;
  readonly before: ReadonlyMap<string, DiskReading>;
  readonly during: ReadonlyMap<string, DiskReading>;
  /** Disks that any fault was on from `before` to `during`; the others are its bystanders. */
  readonly touched: ReadonlySet<string>;
  /** Its own, each as soon as no fault was on it any more. */
  readonly after: ReadonlyMap<string, DiskReading>;
}

/** All that was measured in one trial. */
export interface Measurements {
  readonly links: {
    /** Without any fault. */
    readonly baseline: LinkReadingsByLink;
    readonly of: ReadonlyMap<string, LinkMeasurement>;
    readonly after: LinkReadingsByLink;
  };
  readonly disks: ReadonlyMap<string, DiskMeasurement>;
  readonly realised: ReadonlyMap<string, Realised>;
  readonly leftovers: readonly string[];
  /** Nodes that have ended. */
  readonly ended: ReadonlySet<string>;
  readonly mechanism: LinkMechanism;
}

/** What brought each kind about. */
const drivers = {
  'network.delay': (mechanism) => mechanism,
  'network.jitter': (mechanism) => mechanism,
  'network.loss': (mechanism) => mechanism,
  'network.duplicate': () => 'nftables',
  'network.reorder': () => 'nfqueue',
  'network.corrupt': () => 'nfqueue',
  'network.rate': () => 'htb',
  'network.partition': () => 'nftables',
  'disk.space': () => 'diskfill',
  'disk.inodes': () => 'diskfill',
  'disk.readonly': () => 'remount',
} satisfies Record<FaultKind, (mechanism: LinkMechanism) => string>;

const noLink: LinkSample = {
  ...{ sent: 0, received: 0, copies: 0, overtaken: 0, corrupted: 0 },
  delaysMs: [],
  bitsPerSecond: NaN,
};
const noDisk: DiskReading = {
  freeBytes: -1,
  freeInodes: -1,
  writeError: '',
  createError: '',
  residentError: null,
};

/** What was not there was not measured: no judgement of readings speaks for it. */
const neverInForce = { n: 0, ok: false, why: 'it was never in force, so nothing was measured' } as const;

/** Pure: a receipt for every fault and target. What was never in force has readings that no judgement accepts. */
export function receiptsOf(faults: readonly ScheduledFault[], measured: Measurements): readonly Receipt[] {
  return faults.flatMap((scheduled) => {
    const beside = isDiskFault(scheduled.fault)
      ? disksBeside(measured.disks.get(scheduled.id))
      : linksBeside(scheduled, measured);
    return scheduled.targets.map((target): Receipt => ({
      ...common(scheduled, target, measured),
      ...judged(scheduled, target, measured),
      ...(wasInForce(scheduled, measured) ? {} : neverInForce),
      ...beside,
    }));
  });
}

function wasInForce({ id }: ScheduledFault, { realised, links, disks }: Measurements): boolean {
  return realised.has(id) || links.of.has(id) || (disks.get(id)?.during.size ?? 0) > 0;
}

function common(scheduled: ScheduledFault, target: string, measured: Measurements) {
  const { id, fault } = scheduled;
  const times = measured.realised.get(id);
  // Cuts and delays are where packets arrive, rates and netem where they leave: a link has two ends to be left clean.
  const nodes = nodesOf(target);
  const isLeft = measured.leftovers.some((line) => nodes.some((node) => line.startsWith(`${node}:`)));
  // A node takes its end of a link and its lease along, and a run's disks go with the run.
  const isOver =
    hasEnded(target, measured.ended) || (times?.healed !== false && isBack(scheduled, target, measured));
  return {
    fault: id,
    kind: fault.kind,
    target,
    healedOk: isOver && !isLeft,
    injectedAtMs: times?.injectedAtMs ?? null,
    healedAtMs: times?.healedAtMs ?? null,
    injectTookMs: times?.injectTookMs ?? 0,
    healTookMs: times?.healTookMs ?? 0,
    driver: drivers[fault.kind](measured.mechanism),
  };
}

/** Whether a node of this link or disk has ended. */
export function hasEnded(target: string, ended: ReadonlySet<string>): boolean {
  return nodesOf(target).some((node) => ended.has(node));
}

function nodesOf(target: string): readonly string[] {
  return target.includes('->') ? target.split('->') : target.split(':').slice(0, 1);
}

/** What the victim itself sees after the heal: fingerprints only know what they look for. */
function isBack({ id, fault }: ScheduledFault, target: string, { links, disks }: Measurements): boolean {
  if (isDiskFault(fault)) {
    const measured = disks.get(id);
    return isDiskHealed(fault, measured?.before.get(target) ?? noDisk, measured?.after.get(target) ?? noDisk);
  }
  const measured = links.of.get(id);
  const [found, left] = [measured?.before.get(target), measured?.healed.get(target)];
  if (found !== undefined && left !== undefined) {
    if (!isGone(fault, found, left)) return false;
    if (left.isAlone && !isClean(found.probes, left.probes)) return false;
  }
  const [was, is] = [links.baseline.get(target), links.after.get(target)];
  return was !== undefined && is !== undefined && isClean(was.probes, is.probes) && isGone(fault, was, is);
}

function judged({ id, fault }: ScheduledFault, target: string, { links, disks }: Measurements) {
  switch (fault.kind) {
    case 'disk.space':
    case 'disk.inodes':
    case 'disk.readonly': {
      const of = (readings: ReadonlyMap<string, DiskReading> | undefined): DiskReading =>
        readings?.get(target) ?? noDisk;
      const measured = disks.get(id);
      const result = judgeDisk(fault, of(measured?.before), of(measured?.during), of(measured?.after));
      const { before, during, after } = result.measured;
      const nothingToDo = whyNothingToDo(fault, of(measured?.baseline));
      return {
        ...result,
        ...(nothingToDo === null ? {} : { ok: false, why: nothingToDo }),
        samples: { before: [before], during: [during], after: [after] },
      };
    }
    default: {
      const of = (readings: LinkReadingsByLink | undefined): LinkReading =>
        readings?.get(target) ?? { probes: noLink, flood: noLink };
      const measured = links.of.get(id);
      const [before, during] = [of(measured?.before), of(measured?.during)];
      const healed = measured?.healed.get(target);
      // Right after its heal there still is what was there before it; at the end there is nothing.
      return healed === undefined
        ? judgeLink(fault, { baseline: of(links.baseline), before, during, after: of(links.after) })
        : judgeLink(fault, { baseline: before, before, during, after: healed });
    }
  }
}

type Beside = Pick<Receipt, 'bystandersOk' | 'bystanders' | 'bystanderReading'>;

/** Disks that no fault was on from before this one to while it was in force: as they were, and taking files. */
function disksBeside(measured: DiskMeasurement | undefined): Beside {
  const beside = [...(measured?.before ?? [])].filter(([disk]) => measured?.touched.has(disk) === false);
  return {
    bystandersOk: beside.every(([disk, before]) =>
      isDiskAsBefore(before, measured?.during.get(disk) ?? noDisk),
    ),
    bystanders: beside.length,
  };
}

function linksBeside(scheduled: ScheduledFault, measured: Measurements): Beside {
  const bystanders = bystandersOf(scheduled, measured);
  return {
    bystandersOk: bystanders.every(({ before, during }) => isClean(before, during)),
    bystanders: bystanders.length,
    ...(bystanders.length === 0 ? {} : { bystanderReading: bystanderReading(bystanders) }),
  };
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
