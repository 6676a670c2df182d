import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isLinkFault, type LinkFault } from '../../../infra/spec/fault.ts';
import { median } from '../../statistics.ts';
import type { Receipt } from '../../verdict/receipt.ts';
import { isGone, whyNotClean } from './clean-link.ts';
import { isTouched } from '../watch/in-force.ts';
import type { Beside, Judge } from '../watch/judge.ts';
import type { LinkReadingsByLink } from './link-reading.ts';
import { noProbes, type LinkSample } from '../links/link-probes.ts';
import type { LinkReading } from './link-reading.ts';
import { judgeLink } from './link-receipts.ts';

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

export interface LinkMeasurements {
  /** Without any fault. */
  readonly baseline: LinkReadingsByLink;
  /** By fault. */
  readonly of: ReadonlyMap<string, LinkMeasurement>;
  readonly after: LinkReadingsByLink;
  /** Of all that there are, looked at or not. */
  readonly linkCount: number;
}

/** Pure: what the readings of links say. */
export function linkJudge(links: LinkMeasurements): Judge {
  return {
    wasMeasured: ({ id }) => links.of.has(id),
    judged: (scheduled, target) => judged(scheduled, target, links),
    whyNotBack: (scheduled, target) => whyNotBack(scheduled, target, links),
    beside: (scheduled) => beside(scheduled, links),
  };
}

function own({ id, fault }: ScheduledFault): LinkFault {
  if (!isLinkFault(fault)) throw new Error(`${id} is on no link`);
  return fault;
}

function judged(scheduled: ScheduledFault, target: string, links: LinkMeasurements) {
  const of = (readings: LinkReadingsByLink | undefined): LinkReading =>
    readings?.get(target) ?? { probes: noProbes, flood: noProbes };
  const measured = links.of.get(scheduled.id);
  const [before, during] = [of(measured?.before), of(measured?.during)];
  const healed = measured?.healed.get(target);
  // Right after its heal there still is what was there before it; at the end there is nothing.
  return healed === undefined
    ? judgeLink(own(scheduled), { baseline: of(links.baseline), before, during, after: of(links.after) })
    : judgeLink(own(scheduled), { baseline: before, before, during, after: healed });
}

function whyNotBack(scheduled: ScheduledFault, target: string, links: LinkMeasurements): string {
  const fault = own(scheduled);
  const measured = links.of.get(scheduled.id);
  const [found, left] = [measured?.before.get(target), measured?.healed.get(target)];
  if (found !== undefined && left !== undefined) {
    if (!isGone(fault, found, left))
      return `right after its heal ${linkWords(left)}, and it was still there: before, ${linkWords(found)}`;
    const whyUnlike = left.isAlone ? whyNotClean(found.probes, left.probes) : '';
    if (whyUnlike !== '')
      return `right after its heal the link was not as before, with nothing else on it: ${whyUnlike}`;
  }
  const [was, is] = [links.baseline.get(target), links.after.get(target)];
  if (was === undefined || is === undefined)
    return 'the link was not measured when all faults were gone, or not before them';
  const sides = `before any fault ${linkWords(was)}, and when all were gone ${linkWords(is)}`;
  const whyUnlike = whyNotClean(was.probes, is.probes);
  if (whyUnlike !== '') return `when all faults were gone the link was not as before them: ${whyUnlike}`;
  return isGone(fault, was, is) ? '' : `it was still there at the end: ${sides}`;
}

function linkWords({ probes: { delaysMs, sent, received } }: LinkReading): string {
  const late = delaysMs.length === 0 ? '' : `, ${median(delaysMs).toFixed(1)} ms late`;
  return `${received} of ${sent} probes came${late}`;
}

function beside(scheduled: ScheduledFault, links: LinkMeasurements): Beside {
  const bystanders = bystandersOf(scheduled, links);
  const isSampled = links.linkCount > links.baseline.size;
  return {
    touched: bystanders.flatMap(({ link, before, during }) => {
      const why = whyNotClean(before, during);
      return why === '' ? [] : [`${link}: ${why}`];
    }),
    bystanders: bystanders.length,
    ...(isSampled ? { bystandersOf: links.linkCount - scheduled.targets.length } : {}),
    ...(bystanders.length === 0 ? {} : { bystanderReading: bystanderReading(bystanders) }),
  };
}

interface Bystander {
  readonly link: string;
  readonly before: LinkSample;
  readonly during: LinkSample;
}

/**
 * Links that no fault was on while this one was measured, without any fault and then. None for a fault beside which no
 * link was measured: what nobody looked at is not called clean.
 */
function bystandersOf({ id }: ScheduledFault, links: LinkMeasurements): readonly Bystander[] {
  const measured = links.of.get(id);
  if (measured === undefined) return [];
  return [...measured.during]
    .filter(([link]) => !isTouched(link, measured.touched))
    .map(([link, { probes }]) => ({
      link,
      before: links.baseline.get(link)?.probes ?? noProbes,
      during: probes,
    }));
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
