import type { Fault } from '../../infra/spec/fault.ts';
import type { TargetMeaning, TargetReadings } from '../../scripts/faults/watch/target-watch.ts';

/** Whether a meaning has nothing to say against a heal. */
export function isHealedBy<F extends Fault, R>(
  meaning: Pick<TargetMeaning<F, R>, 'whyNotHealed'>,
): (fault: F, readings: TargetReadings<R>) => boolean {
  return (fault, readings) => meaning.whyNotHealed(fault, readings) === '';
}
