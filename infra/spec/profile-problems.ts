import type { Problem } from '../errors.ts';
import type { Path, SpecDocument } from './document.ts';
import type { Fault, Profile } from './fault.ts';
import { leastWindowMs } from './least-window.ts';
import { problemAt } from './problems.ts';

interface Finding {
  readonly at: Path;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/**
 * What the schema of a profile cannot say: windows that end before they begin, meet each other, or are too short to be
 * measured in, and names that stand twice.
 */
export function profileProblems(document: SpecDocument, profile: Profile): readonly Problem[] {
  return [...ofFaults(document, profile), ...ofMonkey(document, profile)];
}

function ofMonkey(document: SpecDocument, { faults, monkey }: Profile): readonly Problem[] {
  if (monkey === undefined) return [];
  const crookedSpans = (['everyMs', 'lastsMs'] as const).flatMap((key): readonly Finding[] => {
    const [first, last] = monkey[key];
    if (first <= last) return [];
    return [
      window(
        [key],
        `${key} ends, at ${last} ms, before it begins, at ${first} ms`,
        `${key}: [shortest, longest]`,
      ),
    ];
  });
  const taken = faults.findIndex(({ name }) => /^monkey-\d+$/.test(name));
  return [
    ...crookedSpans.map(({ at, ...problem }) => problemAt(document, ['monkey', ...at], problem)),
    ...(taken === -1
      ? []
      : [
          problemAt(document, ['faults', taken, 'name'], {
            code: 'duplicate',
            message: `fault "${faults[taken]?.name ?? ''}" has the name of one of the monkey's`,
            hint: 'give it another name',
          }),
        ]),
  ];
}

function ofFaults(document: SpecDocument, { faults, latency }: Profile): readonly Problem[] {
  return faults
    .flatMap((fault, index) =>
      [
        ...twice(fault, faults.slice(0, index)),
        ...(latency === undefined ? [] : namedAsLatency(fault)),
        ...crooked(fault),
        ...misplaced(fault),
      ].map((one) => ({
        ...one,
        at: ['faults', index, ...one.at],
      })),
    )
    .map(({ at, ...problem }) => problemAt(document, at, problem));
}

/** Receipts and draws go by the name: two of one name could not be told apart. */
function twice({ name }: Fault, before: readonly Fault[]): readonly Finding[] {
  if (before.every((one) => one.name !== name)) return [];
  const message = `fault "${name}" is declared twice`;
  return [{ at: ['name'], code: 'duplicate', message, hint: 'give each a name of its own' }];
}

/** As those that stand for the table of delays. */
function namedAsLatency({ name }: Fault): readonly Finding[] {
  if (!name.startsWith('latency-')) return [];
  const message = `fault "${name}" has the name of one that "latency" stands for`;
  return [{ at: ['name'], code: 'duplicate', message, hint: 'a name that does not begin with "latency-"' }];
}

/** Spans that end before they begin. */
function crooked({ from, lastsMs, again }: Fault): readonly Finding[] {
  const spans = [
    from !== undefined && 'event' in from
      ? { at: ['from', 'thenMs'], span: from.thenMs, what: 'thenMs', hint: 'thenMs: [soonest, latest]' }
      : { at: ['from'], span: from, what: 'the window', hint: 'from: [earliest, latest]' },
    { at: ['lastsMs'], span: lastsMs, what: 'lastsMs', hint: 'lastsMs: [shortest, longest]' },
    { at: ['again', 'everyMs'], span: again?.everyMs, what: 'everyMs', hint: 'everyMs: [soonest, latest]' },
  ];
  return spans.flatMap(({ at, span, what, hint }): readonly Finding[] => {
    if (span === undefined || span[0] <= span[1]) return [];
    const message = `${what} ends, at ${span[1]} ms, before it begins, at ${span[0]} ms`;
    return [window(at, message, hint)];
  });
}

/** Moments that do not fit together: at most one of them is told, since the next may come of it. */
function misplaced(fault: Fault): readonly Finding[] {
  const { kind, from, untilMs, lastsMs, again } = fault;
  if (from === undefined) {
    const key = untilMs !== undefined ? 'untilMs' : lastsMs !== undefined ? 'lastsMs' : again && 'again';
    if (key === undefined) return [];
    const said = key === 'untilMs' ? `untilMs ${untilMs}` : key;
    const hint = 'give from: [earliest, latest] too, or leave both out: the fault holds during the whole run';
    return [window([key], `${said} without from`, hint)];
  }
  if ('event' in from) return misplacedAfterEvent(fault);
  if (untilMs !== undefined && lastsMs !== undefined)
    return [window(['lastsMs'], 'lastsMs beside untilMs', 'one of the two says when the fault ends')];
  if (again !== undefined && lastsMs === undefined)
    return [
      window(['again'], 'again without lastsMs', 'lastsMs: [shortest, longest] says how long each lasts'),
    ];
  if (from[0] > from[1]) return [];
  const [, latest] = from;
  const least = leastWindowMs(fault);
  const short = (at: Path, lasts: number, enough: number): readonly Finding[] => [
    tooShort(at, kind, lasts, least, enough),
  ];
  if (untilMs !== undefined && untilMs <= latest)
    return [
      window(
        ['untilMs'],
        `untilMs ${untilMs} may come before the fault begins, which is up to ${latest} ms`,
        `more than ${latest}, or leave it out: the fault holds until the suites end`,
      ),
    ];
  if (untilMs !== undefined && untilMs - latest < least)
    return short(['untilMs'], untilMs - latest, latest + least);
  if (lastsMs !== undefined && lastsMs[0] < least) return short(['lastsMs'], lastsMs[0], least);
  if (again !== undefined && lastsMs !== undefined && again.everyMs[0] <= lastsMs[1])
    return [
      window(
        ['again', 'everyMs'],
        `the fault may come again after ${again.everyMs[0]} ms, while it lasts for up to ${lastsMs[1]} ms`,
        `more than ${lastsMs[1]}`,
      ),
    ];
  return [];
}

/** Nobody knows when the event will be: only how long the fault lasts then can be said. */
function misplacedAfterEvent(fault: Fault): readonly Finding[] {
  const { kind, untilMs, lastsMs, again } = fault;
  if (untilMs !== undefined)
    return [
      window(
        ['untilMs'],
        'untilMs beside an event, which may come later than that',
        'lastsMs: [shortest, longest] says how long it lasts',
      ),
    ];
  if (again !== undefined)
    return [
      window(
        ['again'],
        'again beside an event, which is waited for once',
        'another fault that waits for the same event, with another thenMs',
      ),
    ];
  const least = leastWindowMs(fault);
  return lastsMs !== undefined && lastsMs[0] < least
    ? [tooShort(['lastsMs'], kind, lastsMs[0], least, least)]
    : [];
}

function tooShort(at: Path, kind: string, lasts: number, least: number, enough: number): Finding {
  return window(
    at,
    `the fault may hold for no more than ${lasts} ms, and measuring a ${kind} takes ${least} ms`,
    `${enough} or more, or leave it out: the fault holds until the suites end`,
  );
}

function window(at: Path, message: string, hint: string): Finding {
  return { at, code: 'window', message, hint };
}
