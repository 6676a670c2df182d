import { messageOf } from '../infra/errors.ts';

/** Waits for all of them, whatever becomes of one; then throws what went wrong, all of it in one sentence. */
export async function allDone(works: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(works);
  const reasons = settled.flatMap((one): readonly unknown[] =>
    one.status === 'rejected' ? [one.reason] : [],
  );
  if (reasons.length === 1) throw reasons[0];
  if (reasons.length > 1) throw new AggregateError(reasons, reasons.map(messageOf).join('; '));
}
