import type { Plan } from './plan.ts';

/**
 * Pure: a sentence for each fault that waits for a suite which is not the first. No plan knows how long those before it take,
 * and `byMs` goes on meanwhile.
 */
export function waitsForLaterSuites({
  schedule,
  suites,
}: Pick<Plan, 'schedule' | 'suites'>): readonly string[] {
  return schedule.flatMap(({ id, after }) => {
    const at = suites.findIndex(({ name }) => name === after?.event.suite?.name);
    if (after === undefined || at < 1) return [];
    const [name, ...before] = suites
      .slice(0, at + 1)
      .map((one) => one.name)
      .reverse();
    return [
      `${id} waits for suite ${name ?? ''}, and its byMs (${after.byMs}) counts from the beginning of the first suite: ${before.reverse().join(', ')} must have ended by then`,
    ];
  });
}
