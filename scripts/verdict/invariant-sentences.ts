import type { InvariantBreak, InvariantOutcome } from '../invariants/outcome.ts';

/** Of one invariant; the rest is a number. */
const mostSentences = 3;

/** Pure: a sentence for each time that an invariant broke when it should have held. */
export function violationSentences(outcome: InvariantOutcome): readonly string[] {
  const { invariant, breaks, violations } = outcome;
  const told = breaks
    .flatMap((one) => (one.violatedAtMs === null ? [] : [{ ...one, violatedAtMs: one.violatedAtMs }]))
    .slice(0, mostSentences)
    .map((one) => violation(invariant, one));
  const more = violations - told.length;
  return more > 0 ? [...told, `invariant ${invariant} broke ${more} times more`] : told;
}

/** Pure: a sentence for each heal after which it took too long. */
export function lateSentences({ invariant, recoveries }: InvariantOutcome): readonly string[] {
  return recoveries.flatMap(({ ok, fault, afterMs, limitMs, why }) => {
    if (ok) return [];
    const late = `and is to within ${inSeconds(limitMs ?? 0)}`;
    return [
      afterMs === null
        ? `invariant ${invariant} did not hold again after the heal of ${fault}: ${why}, ${late}`
        : `invariant ${invariant} held again ${inSeconds(afterMs)} after the heal of ${fault}, ${late}`,
    ];
  });
}

/** Pure: whether it broke when it should have held, or held again too late. */
export function isViolated({
  violations,
  recoveries,
}: Pick<InvariantOutcome, 'violations' | 'recoveries'>): boolean {
  return violations > 0 || recoveries.some(({ ok }) => !ok);
}

/** Pure: of what nobody was asked, nothing is known. */
export function unaskedSentences({ invariant, answers }: InvariantOutcome): readonly string[] {
  return answers > 0
    ? []
    : [`invariant ${invariant} was never asked: none of its nodes was there to be asked`];
}

function violation(
  invariant: string,
  { nodes, exitCode, words, faults, violatedAtMs }: InvariantBreak & { readonly violatedAtMs: number },
): string {
  const there =
    faults.length === 0
      ? 'with no fault in force'
      : `while ${faults.join(', ')} ${faults.length === 1 ? 'was' : 'were'} in force`;
  const said = words === '' ? '' : `, “${words.replaceAll(/\s*\n\s*/g, ' ')}”`;
  const how = exitCode === null ? 'it did not end by itself' : `exit code ${exitCode}`;
  return `invariant ${invariant} did not hold on ${nodes.join(', ')} ${inSeconds(violatedAtMs)} after the run began, ${there}: ${how}${said}`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
