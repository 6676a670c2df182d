import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isRestless, whyNotInTime } from './clean-link.ts';
import { isMoreThanAsked } from './delay-receipts.ts';
import type { LinkReadingsByLink } from './link-reading.ts';

/** Pure: of links as they were just read, those that a busy host may have held up, and that are worth another look. */
export type HeldUp = (now: LinkReadingsByLink) => readonly string[];

/** Of all, before any fault: as if something were on them. */
export const restless: HeldUp = (now) =>
  [...now].filter(([, { probes }]) => isRestless(probes)).map(([link]) => link);

/** Of these, which are to be as before. */
export function late(before: LinkReadingsByLink, links: readonly string[]): HeldUp {
  return (now) =>
    links.filter((link) => {
      const [was, is] = [before.get(link), now.get(link)];
      return was !== undefined && is !== undefined && whyNotInTime(was.probes, is.probes) !== '';
    });
}

/** Of those that this fault is on. */
export function beyondAsked({ fault, targets }: ScheduledFault, before: LinkReadingsByLink): HeldUp {
  return (now) =>
    targets.filter((link) => {
      const [was, is] = [before.get(link), now.get(link)];
      return was !== undefined && is !== undefined && isMoreThanAsked(fault, was, is);
    });
}
