import { accuracyTable } from './accuracy-table.ts';
import { aimLines } from './aims.ts';
import {
  contenders,
  type Attempt,
  type BenchResult,
  type Contender,
  type PartResult,
  type Step,
} from './result.ts';
import { isDisturbed } from './disturbance.ts';
import { medians, spread, type Spread } from './spread.ts';
import { table } from './table.ts';
import { parts } from './units.ts';

type UpPart = Extract<PartResult, { kind: 'up' }>;

/** Pure: the whole table. What was not measured is said, what failed too. */
export function summary(result: BenchResult): string {
  const { cores, processor, memoryMiB, kernel, engine, node } = result.machine;
  const unmeasured = parts.filter((part) => result.parts[part] === undefined);
  const failures = failuresOf(result);
  return [
    `${cores} cores (${processor}), ${memoryMiB} MiB, kernel ${kernel}, ${engine}, Node ${node}`,
    ...parts.flatMap((part) => sectionOf(result.parts[part])),
    `Accuracy\n${accuracyTable(result)}`,
    ['Promised', ...aimLines(result)].join('\n'),
    ...(failures.length === 0 ? [] : [['Failed, and not tried again', ...failures].join('\n')]),
    ...(unmeasured.length === 0 ? [] : [`not measured: ${unmeasured.join(', ')}`]),
  ].join('\n\n');
}

/** Pure: one line for each round, or contender in it, that failed. */
export function failuresOf({ parts: measured }: BenchResult): readonly string[] {
  return parts.flatMap((part) => {
    const stored = measured[part];
    if (stored === undefined) return [];
    if (stored.kind !== 'up')
      return stored.rounds.flatMap(({ round, failure }) =>
        failure === null ? [] : [`${part}, round ${round}: ${failure}`],
      );
    return stored.rounds.flatMap(({ round, attempts }) =>
      attempts.flatMap(({ contender, failure }) =>
        failure === null ? [] : [`${part}, round ${round}, ${contender}: ${failure}`],
      ),
    );
  });
}

function sectionOf(stored: PartResult | undefined): readonly string[] {
  if (stored === undefined) return [];
  switch (stored.kind) {
    case 'up':
      return [upSection(stored)];
    case 'rehearsal':
      return [rehearsalSection(stored)];
    case 'accuracy':
      return []; // all of them together make one table
  }
}

function upSection(part: UpPart): string {
  const names = contenders.filter((name) => part.contenders[name] !== undefined);
  const raw = { up: stepSpread(part, 'raw', 'up'), down: stepSpread(part, 'raw', 'down') };
  const rows = names.map((name) => [
    name,
    ...cells(part, name, 'up', raw.up),
    ...cells(part, name, 'down', raw.down),
  ]);
  const of = (what: string): string[] => [what, 'min–max', '× raw', 'own end', 'CPU', 'of all'];
  return [
    `${part.nodes} idle ${part.init === 'image' ? 'entrypoint' : 'systemd'} nodes, seconds, medians of ${part.rounds.length} rounds (${part.date}, ${part.commit}; ${foreign(part)})`,
    table(['', ...of('up'), ...of('down')], rows),
    ...whereItWent(part),
    ...names.map((name) => `${name}: ${part.contenders[name] ?? ''}`),
    ...Object.entries(part.missing).map(([name, why]) => `${name}: left out, ${why}`),
    ...unequal(part),
  ].join('\n');
}

function cells(part: UpPart, name: Contender, verb: 'up' | 'down', raw: Spread | null): readonly string[] {
  const steps = stepsOf(part, name, verb);
  const done = spread(steps.map(({ doneMs }) => doneMs));
  if (done === null) return ['failed', '', '', '', '', ''];
  const middle = (of: (step: Step) => number): number => spread(steps.map(of))?.median ?? NaN;
  return [
    seconds(done.median),
    `${seconds(done.least)}–${seconds(done.most)}`,
    raw === null ? '-' : (done.median / raw.median).toFixed(2),
    seconds(middle(({ exitMs }) => exitMs)),
    middle(({ cpu }) => cpu.command).toFixed(1),
    middle(({ cpu }) => cpu.machine).toFixed(1),
  ];
}

/** Of Understudy alone: CPU by process, and the moments on the way. */
function whereItWent(part: UpPart): readonly string[] {
  return (['up', 'down'] as const).flatMap((verb) => {
    const steps = stepsOf(part, 'understudy', verb);
    if (steps.length === 0) return [];
    const seen = medians(steps.map(({ cpu }) => cpu.firstSeenMs));
    const marks = medians(steps.map(({ marksMs }) => marksMs));
    const moments = [
      ...Object.entries(seen)
        .filter(([name]) => ['Pulumi engine', 'language host', 'docker plugin'].includes(name))
        .map(([name, ms]) => [`${name} starts`, ms] as const),
      ...Object.entries(marks),
    ].sort(([, a], [, b]) => a - b);
    return [
      `understudy ${verb}, CPU s by process: ${usedBy(steps.map(({ cpu }) => cpu))}`,
      `understudy ${verb}, s after process start: ${moments.map(([name, ms]) => `${name} ${seconds(ms)}`).join(', ')}`,
    ];
  });
}

function usedBy(cpus: readonly Step['cpu'][]): string {
  return Object.entries(medians(cpus.map(({ byProcess }) => byProcess)))
    .filter(([, used]) => used >= 0.05)
    .sort(([, a], [, b]) => b - a)
    .map(([name, used]) => `${name} ${used.toFixed(2)}`)
    .join(', ');
}

/** What is not the same inside the containers, as the engine tells it. */
function unequal({ rounds }: UpPart): readonly string[] {
  const attempts = rounds.flatMap((round) => round.attempts);
  return contenders.flatMap((name) => {
    const all = attempts.filter((one) => one.contender === name).flatMap((one) => one.differences);
    const once = [...new Set(all)];
    return once.length === 0 ? [] : [`${name} makes other containers: ${once.join('; ')}`];
  });
}

function rehearsalSection({ rounds, date, commit }: Extract<PartResult, { kind: 'rehearsal' }>): string {
  const good = rounds.flatMap(({ totalMs, phasesMs, cpu }) =>
    totalMs === null || cpu === null ? [] : [{ totalMs, phasesMs, cpu }],
  );
  const total = spread(good.map(({ totalMs }) => totalMs));
  const title = `Empty rehearsal of 3 nodes, process start to exit (${date}, ${commit})`;
  if (total === null) return `${title}\nfailed`;
  const phases = medians(good.map(({ phasesMs }) => phasesMs));
  return [
    title,
    `median of ${total.n}: ${seconds(total.median)} s (${seconds(total.least)}–${seconds(total.most)})`,
    `of these: ${Object.entries(phases)
      .map(([phase, ms]) => `${phase} ${seconds(ms)}`)
      .join(', ')}`,
    `CPU s by process: ${usedBy(good.map(({ cpu }) => cpu))}; ${rounds.filter(isDisturbed).length} rounds disturbed`,
  ].join('\n');
}

function stepSpread(part: UpPart, name: Contender, verb: 'up' | 'down'): Spread | null {
  return spread(stepsOf(part, name, verb).map(({ doneMs }) => doneMs));
}

function stepsOf({ rounds }: UpPart, name: Contender, verb: 'up' | 'down'): readonly Step[] {
  return rounds.flatMap(({ attempts }) =>
    attempts.flatMap((one: Attempt) => {
      const step = one[verb];
      return one.contender === name && step !== null ? [step] : [];
    }),
  );
}

/** How quiet the machine was: the share of all CPU time that went to processes which have nothing to do with it. */
function foreign({ rounds }: UpPart): string {
  const attempts = rounds.flatMap((one) => one.attempts);
  const steps = attempts.flatMap(({ up, down }) => [up, down]).filter((step) => step !== null);
  const shares = spread(steps.map(({ cpu }) => cpu.others / Math.max(0.01, cpu.machine)));
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const disturbed = rounds.filter(isDisturbed).length;
  return shares === null
    ? 'nothing measured'
    : `of all CPU time others used ${percent(shares.median)}, at most ${percent(shares.most)}; ${disturbed} rounds disturbed`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
