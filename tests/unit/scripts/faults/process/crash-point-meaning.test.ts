import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import {
  crashPointMeaning,
  type CrashPointReading,
} from '../../../../../scripts/faults/process/crash-point-meaning.ts';
import { mainExitIn } from '../../../../../scripts/faults/process/crash-point-targets.ts';
import type { CrashStory } from '../../../../../scripts/faults/process/crash-story.ts';
import { unreadUnit } from '../../../../../scripts/faults/process/unit-state.ts';
import type { UnitReading } from '../../../../../scripts/faults/units/unit-readings.ts';
import { crashPoint } from '../../../../support/faults.ts';

const unit = (pid: number): UnitReading => {
  const main = { pid, startedTicks: pid, state: 'S', files: 1024 };
  return { ...unreadUnit, active: 'active', main, processes: [main], oldestMs: 60_000 };
};
const down: UnitReading = { ...unreadUnit, active: 'failed', oldestMs: 0 };
const of = (pid: number, calls: number) => ({ pid, startedTicks: pid, calls });
const asAsked: CrashStory = { isArmed: true, stood: of(1, 2), ended: of(1, 2), seen: 2, problem: '' };
const killed = { how: 'killed', status: 9 };
const reading = (parts: Partial<CrashPointReading>): CrashPointReading => ({
  ...crashPointMeaning.unread,
  ...parts,
});
const judged = (story: CrashStory | null, parts: Partial<CrashPointReading> = { mainExit: killed }) =>
  crashPointMeaning.judge(crashPoint, {
    baseline: reading({ unit: unit(1) }),
    before: reading({ unit: unit(1) }),
    during: reading({ unit: down, story: null }),
    after: reading({ unit: unit(2), story, ...parts }),
  });

describe('a process that is killed at its third rename', () => {
  test('is one that stood in it after two, and ended there', () => {
    expect(judged(asAsked)).toMatchObject({
      ...{ ok: true, why: '', requested: 3, unit: 'call' },
      measured: { before: 0, during: 3, after: 0 },
    });
  });

  test.each<[string, CrashStory | null, RegExp]>([
    ['at another call', { ...asAsked, stood: of(1, 1), ended: of(1, 1) }, /ended after 1 calls .* not 2/],
    ['once the call had come to something', { ...asAsked, ended: of(1, 3) }, /ended after 3 calls/],
    ['too many to be counted', { ...asAsked, stood: of(1, -1), ended: of(1, -1) }, /ended after -1 calls/],
    [
      'never',
      { ...asAsked, stood: null, ended: null, seen: 1 },
      /no process of it ended at call 3: .* 1 of \/run/,
    ],
    [
      'and still may be',
      { ...asAsked, stood: null, ended: null, seen: null },
      /still stopped at their calls/,
    ],
    ['where it was not followed', { ...asAsked, isArmed: false }, /never stopped to be followed/],
    ['where nobody could look', { ...asAsked, problem: 'err 2 no folder' }, /could look on: err 2 no folder/],
    ['where nobody looked', null, /nobody looked on/],
  ])('is none that ended %s', (_how, story, why) => {
    expect(judged(story)).toMatchObject({ ok: false, why: why });
  });

  test('is killed to systemd, too, where it is the main one', () => {
    expect(judged(asAsked, { mainExit: { how: 'exited', status: 9 } })).toMatchObject({ ok: false });
    expect(judged(asAsked, { mainExit: { how: 'killed', status: 15 } }).why).toMatch(/"killed" with 15/);
    expect(judged(asAsked, { mainExit: null }).why).toMatch(/does not say how its main process 1 ended/);
    const ofAnother = { ...asAsked, stood: of(5, 2), ended: of(5, 2) };
    expect(judged(ofAnother, { mainExit: null })).toMatchObject({ ok: true });
  });

  test('is gone, and another one runs when it has healed', () => {
    expect(judged({ ...asAsked, stood: of(2, 2), ended: of(2, 2) }).why).toMatch(/is there again/);
    const healed = (after: UnitReading): boolean =>
      isHealedBy(crashPointMeaning)(crashPoint, {
        baseline: reading({ unit: unit(1) }),
        before: reading({ unit: unit(1) }),
        during: reading({ unit: down }),
        after: reading({ unit: after }),
      });
    expect([healed(unit(2)), healed(down), healed(unreadUnit)]).toEqual([true, false, false]);
  });
});

test('how a main process ended is the first that systemd tells of since then', () => {
  const line = (us: number, status: string): string =>
    JSON.stringify({ __REALTIME_TIMESTAMP: String(us), EXIT_CODE: 'killed', EXIT_STATUS: status });
  const journal = [line(100, '11'), line(200, '9'), line(300, '15'), ''].join('\n');
  expect(mainExitIn(journal, 100)).toEqual(killed);
  expect(mainExitIn(journal, 300)).toBeNull();
  expect(mainExitIn('', 0)).toBeNull();
  expect(mainExitIn('{"__REALTIME_TIMESTAMP":"5","MESSAGE":"something else"}\n', 0)).toBeNull();
});
