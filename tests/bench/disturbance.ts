import type { AccuracyRound, RehearsalRound, Step, UpRound } from './result.ts';

type Cpu = Step['cpu'];

/** More than this share of the CPU time in other hands, and a time says more about them than about who is measured. */
const tolerable = 0.1;

/**
 * Pure: whether others used the machine while one of a round's contenders was measured. Judged by that alone, never by
 * the times themselves. Accuracy is not a matter of speed: there, the receipts themselves say whether they can be trusted.
 */
export function isDisturbed(round: UpRound | RehearsalRound | AccuracyRound): boolean {
  if ('attempts' in round)
    return round.attempts.some(({ up, down }) =>
      isAbove([up, down].flatMap((step) => (step === null ? [] : [step.cpu]))),
    );
  return 'cpu' in round && round.cpu !== null && isAbove([round.cpu]);
}

function isAbove(cpus: readonly Cpu[]): boolean {
  const sum = (of: (cpu: Cpu) => number): number => cpus.reduce((total, cpu) => total + of(cpu), 0);
  return sum(({ others }) => others) > tolerable * sum(({ machine }) => machine);
}
