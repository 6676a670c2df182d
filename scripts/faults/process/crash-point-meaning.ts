import { isCrashPointFault, type CrashPointFault } from '../../../infra/spec/fault.ts';
import type { UnitReading } from '../units/unit-readings.ts';
import { followsAny } from '../units/units-beside.ts';
import type { TargetMeaning, TargetReadings } from '../watch/target-watch.ts';
import type { CrashStory } from './crash-story.ts';
import { isAtWork, isThere, isUnitAsBefore, runs, unreadUnit, whyNotRunning } from './unit-state.ts';

/** How systemd says that a main process ended: `killed` by a signal of that number, `exited` with that status. */
export interface MainExit {
  readonly how: string;
  readonly status: number;
}

export interface CrashPointReading {
  readonly unit: UnitReading;
  /** null: nobody looked on. */
  readonly story: CrashStory | null;
  /** Of main processes that ended since the fault began, the first that systemd tells of; null where it tells of none. */
  readonly mainExit: MainExit | null;
}

const sigkill = 9;

type Readings = TargetReadings<CrashPointReading>;

/** Pure: what readings of a unit mean of which a process is killed at a call. */
export const crashPointMeaning: TargetMeaning<CrashPointFault, CrashPointReading> = {
  isOf: isCrashPointFault,
  unread: { unit: unreadUnit, story: null, mainExit: null },
  judge(fault, readings) {
    const story = storyOf(readings);
    const why = whyNot(fault, readings, story);
    const during = story?.ended === null || story === null ? 0 : story.ended.calls + 1;
    const after = runs(readings.after.unit) ? 0 : during;
    return {
      ...{ requested: fault.nth, unit: 'call', n: story === null ? 0 : 1, tolerance: 0, ok: why === '', why },
      measured: { before: 0, during, after },
      samples: { before: [0], during: [during], after: [after] },
    };
  },
  whyNotHealed: (_fault, { after }) => whyNotRunning(after.unit),
  isAsBefore: (before, now) => isUnitAsBefore(before.unit, now.unit),
  goesWith: ({ unit }, place) => isAtWork(unit) && followsAny(unit, place),
};

/** It comes when the software makes its call: what was seen after all of it tells most. */
function storyOf({ during, after }: Readings): CrashStory | null {
  return after.story ?? during.story;
}

function whyNot(
  { call, path, nth }: CrashPointFault,
  { before, during, after }: Readings,
  story: CrashStory | null,
): string {
  const { main } = before.unit;
  if (main === null)
    return `the unit had no main process before (it was ${before.unit.active || 'not seen'})`;
  if (story === null) return 'nobody looked on';
  if (story.problem !== '') return `nobody could look on: ${story.problem}`;
  if (!story.isArmed) return 'its processes were never stopped to be followed';
  const { stood, ended, seen } = story;
  if (stood === null || ended === null)
    return seen === null
      ? `no process of it ended at a ${call} of ${path}, and its processes are still stopped at their calls`
      : `no process of it ended at call ${nth}: while the fault was there ${seen === -1 ? 'more than could be counted' : seen} of ${path} came to something (${call})`;
  if (ended.calls !== nth - 1 || stood.calls !== nth - 1)
    return `process ${ended.pid} ended after ${ended.calls} calls of ${path} that came to something (${call}), not ${nth - 1}`;
  if (isThere(ended, after.unit)) return `process ${ended.pid} ended, and is there again`;
  if (ended.pid !== main.pid || ended.startedTicks !== main.startedTicks) return '';
  const exit = during.mainExit ?? after.mainExit;
  if (exit === null) return `systemd does not say how its main process ${main.pid} ended`;
  return exit.how === 'killed' && exit.status === sigkill
    ? ''
    : `its main process ${main.pid} was not killed: to systemd it was "${exit.how}" with ${exit.status}`;
}
