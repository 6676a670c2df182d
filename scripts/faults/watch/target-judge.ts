import { isDeepStrictEqual } from 'node:util';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { Fault } from '../../../infra/spec/fault.ts';
import { isTouched } from './in-force.ts';
import type { Judge } from './judge.ts';
import type { TargetMeaning, TargetMeasurement, TargetReadings } from './target-watch.ts';

/** Pure: what the readings of the targets of one family say. */
export function targetJudge<F extends Fault, R>(
  meaning: TargetMeaning<F, R>,
  measured: ReadonlyMap<string, TargetMeasurement<R>>,
): Judge {
  const readingsOf = (id: string, target: string): TargetReadings<R> => {
    const one = measured.get(id);
    const of = (readings: ReadonlyMap<string, R> | undefined): R => readings?.get(target) ?? meaning.unread;
    return {
      baseline: of(one?.baseline),
      before: of(one?.before),
      during: of(one?.during),
      after: of(one?.after),
    };
  };
  const own = (scheduled: ScheduledFault, target: string): F => {
    const { id, fault } = scheduled;
    if (!meaning.isOf(fault)) throw new Error(`${id} is of another family`);
    return meaning.onTarget?.(scheduled, target) ?? fault;
  };
  return {
    wasMeasured: ({ id }) => (measured.get(id)?.during.size ?? 0) > 0,
    judged(scheduled, target) {
      const all = scheduled.targets.map((one) => readingsOf(scheduled.id, one));
      const readings = readingsOf(scheduled.id, target);
      const said = meaning.judge(own(scheduled, target), readings, all);
      const why = whyUnread(readings, meaning.unread);
      return said.ok || why === '' ? said : { ...said, why };
    },
    whyNotBack: (scheduled, target) =>
      meaning.whyNotHealed(own(scheduled, target), readingsOf(scheduled.id, target)),
    beside({ id, targets: faulty }) {
      const one = measured.get(id);
      const beside = [...(one?.before ?? [])].filter(
        ([target]) => !isTouched(target, one?.touched ?? new Set()),
      );
      const touched = beside.filter(([target, before]) => {
        const now = one?.during.get(target) ?? meaning.unread;
        return !meaning.isAsBefore(before, now) && meaning.goesWith?.(now, { target, faulty }) !== true;
      });
      return {
        touched: touched.map(([target]) => `${target} was not as before`),
        bystanders: beside.length,
      };
    },
  };
}

/** What stands for a reading that is not there is no measurement, and is not told as one. */
function whyUnread<R>({ before, during }: TargetReadings<R>, unread: R): string {
  if (isDeepStrictEqual(during, unread)) return 'nothing could be read there while it was in force';
  return isDeepStrictEqual(before, unread) ? 'nothing could be read there before it came' : '';
}
