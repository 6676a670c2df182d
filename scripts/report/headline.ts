import type { RunEvent } from '../evidence/event.ts';
import { assertNever } from '../../infra/errors.ts';
import { isViolated } from '../verdict/invariant-sentences.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { seconds } from './quantity.ts';
import type { RecordedRun } from './recorded-run.ts';

/** What somebody reads who reads one line, and why it is so. */
export interface Headline {
  readonly tone: Verdict['verdict'];
  readonly word: string;
  readonly meaning: string;
  /** One sentence a reason, as the verdict has them. */
  readonly why: readonly string[];
}

export function headline(run: RecordedRun): Headline {
  const { ending } = run;
  switch (ending.kind) {
    case 'judged':
      return judged(ending.verdict, run);
    case 'failed':
      return {
        tone: 'invalid',
        word: 'Error',
        meaning: `An error ended the run ${lastSeen(run.events)}: there was nothing to judge.`,
        why: [ending.message],
      };
    case 'unread':
      return {
        tone: 'invalid',
        word: 'Unknown',
        meaning: `The run ended, and how cannot be read from ${ending.file}. What else was saved is below.`,
        why: [],
      };
    case 'cut':
      return ending.aborted === null
        ? {
            tone: 'invalid',
            word: 'No verdict',
            meaning: `The last event was written ${lastSeen(run.events)}. Either the run still goes on, or it was killed together with its watcher: then “understudy reap” takes down what is left.`,
            why: [],
          }
        : {
            tone: 'invalid',
            word: 'Cut off',
            meaning: `The controller was killed ${lastSeen(run.events)}. Its watcher saved what evidence it could and took the cluster down; nobody judged the run.`,
            why: [ending.aborted.why, ...ending.aborted.missed.map((missed) => `not saved: ${missed}`)],
          };
    default:
      return assertNever(ending);
  }
}

function judged(verdict: Verdict, run: RecordedRun): Headline {
  const tone = verdict.verdict;
  if (verdict.interrupted === true) {
    return {
      tone,
      word: 'Interrupted',
      meaning: `Somebody ended the run ${wasBegun(run) ? lastSeen(run.events) : 'while its control went on, the run without faults'}. What was known until then is below; it is no verdict on the suites.`,
      why: verdict.why.filter((why) => why !== 'interrupted'),
    };
  }
  if (verdict.control !== null && verdict.control.verdict !== 'pass') {
    return {
      tone,
      word: words[tone],
      meaning: controlMeaning[tone],
      why: verdict.why.length > 1 ? verdict.why.slice(1) : verdict.why,
    };
  }
  return { tone, word: words[tone], meaning: meaningOf(verdict), why: verdict.why };
}

const words: Readonly<Record<Verdict['verdict'], string>> = {
  pass: 'Pass',
  fail: 'Fail',
  invalid: 'Invalid',
};

function meaningOf({ verdict, profiles, suites, control, invariants }: Verdict): string {
  const faulty = profiles.length > 0;
  switch (verdict) {
    case 'pass':
      if (suites.length === 0)
        return 'No suite was run: the cluster came up, and whatever was asked of it held.';
      return faulty
        ? 'Every suite passed while every fault was measured to be real, and every fault healed.'
        : 'Every suite passed. No fault was asked for.';
    case 'fail':
      if (suites.every(({ status }) => status === 'passed') && invariants.some(isViolated))
        return faulty
          ? 'What was to hold meanwhile did not hold, or not soon enough again, although no suite failed.'
          : 'What was to hold meanwhile did not hold, with no fault that could have broken it.';
      if (suites.length === 0) return 'A node was down before any suite could run.';
      if (suites.every(({ status }) => status === 'passed'))
        return 'Every suite passed, and none of them noticed that a node ended, which nothing of ours does.';
      if (!faulty) return 'A suite failed, and no fault was there that could have made it fail.';
      return control === null
        ? 'A suite failed while every fault was measured to be real. Nobody looked whether it passes without them.'
        : 'A suite failed that passes without the faults, and every fault was measured to be real: what was tested does not withstand them.';
    case 'invalid':
      return 'Neither pass nor fail: something that the verdict rests on could not be trusted.';
  }
}

/** Said in place of the first reason, which says the same in fewer words. */
const controlMeaning: Readonly<Record<Verdict['verdict'], string>> = {
  pass: '',
  fail: 'Fails without faults: the same suites on the same cluster did not pass although nothing was degraded, so no fault was injected.',
  invalid: 'The run without faults could not be trusted, so nothing was degraded.',
};

/** A run has no phase of its own while its control goes on. */
function wasBegun({ events }: RecordedRun): boolean {
  return events.some(({ type }) => type === 'phase.start');
}

/** "in phase suite, 12.3 s after it began". */
function lastSeen(events: readonly RunEvent[]): string {
  const broken = events.find((event) => event.type === 'phase.end' && !event.ok);
  const open = events.findLast(
    (event) =>
      event.type === 'phase.start' &&
      !events.some((end) => end.type === 'phase.end' && end.phase === event.phase && end.ms >= event.ms),
  );
  const at = broken ?? open ?? events.at(-1);
  if (at === undefined) return 'before anything was written down';
  const ms = broken?.ms ?? events.at(-1)?.ms ?? 0;
  const phase = at.type === 'phase.start' || at.type === 'phase.end' ? `in phase “${at.phase}”, ` : '';
  return `${phase}${seconds(ms)} after it began`;
}
