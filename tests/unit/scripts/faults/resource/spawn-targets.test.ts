import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import {
  Spawner,
  unreadSpawn,
  type SpawnReading,
} from '../../../../../scripts/faults/resource/spawn-readings.ts';
import { spawnMeaning } from '../../../../../scripts/faults/resource/spawn-targets.ts';
import { fakeNode, thisMachine } from '../../../../support/fake-node.ts';
import { crowd } from '../../../../support/faults.ts';

describe('somebody inside who starts processes', () => {
  test('starts as many as are wanted, and says of none that it was refused', async () => {
    const spawner = await Spawner.enter(thisMachine, 5);
    expect(await spawner.count()).toEqual({ started: 5, refusal: '' });
  });

  test('tells how many there were when the next one was refused, in the words of its shell', async () => {
    // A shell of its own that may have no more files: its sixth process cannot be started.
    const node = fakeNode({
      start: async ([, , script = '', ...rest], options) =>
        thisMachine.start(['sh', '-c', refusing(script, 5), ...rest], options),
    });
    const spawner = await Spawner.enter(node, 20);
    expect(await spawner.count()).toEqual({ started: 5, refusal: 'sh: 0: Cannot fork' });
  });
});

/** The same script, whose shell refuses as dash does once so many were started: no process limit holds for root. */
function refusing(script: string, after: number): string {
  return script.replace(
    'sleep 20 &',
    `[ "$i" -lt ${after} ] || { echo "sh: 0: Cannot fork"; exit 2; }; sleep 20 &`,
  );
}

const many: SpawnReading = { started: 20, refusal: '' };
const refused = (started: number): SpawnReading => ({ started, refusal: 'sh: 0: Cannot fork' });
const readings = (before: SpawnReading, during: SpawnReading, after = before) => ({
  ...{ baseline: before, before, during, after },
});
const judged = (before: SpawnReading, during: SpawnReading) =>
  spawnMeaning.judge(crowd(8), readings(before, during));

describe('eight processes more', () => {
  test.each([8, 5, 11])('are left when %d could be started and the next one was refused', (started) => {
    expect(judged(many, refused(started))).toMatchObject({
      ...{ ok: true, why: '', requested: 8, unit: 'process', n: started },
      measured: { before: 20, during: started },
    });
  });

  test.each<[string, SpawnReading, SpawnReading, RegExp]>([
    ['nothing was done', many, many, /let all 20 start/],
    ['more were', many, refused(12), /let 12 start, and the next one said "sh: 0: Cannot fork"/],
    ['fewer were', many, refused(4), /let 4 start/],
    ['no more could be before', refused(9), refused(8), /no more than 9 start before/],
    ['nobody was asked', many, unreadSpawn, /let 0 start, and the next one said "nobody was asked"/],
  ])('are not when %s', (_what, before, during, why) => {
    const receipt = judged(before, during);
    expect(receipt.ok).toBe(false);
    expect(receipt.why).toMatch(why);
  });

  test('are healed when more can be started again', () => {
    const healed = (after: SpawnReading): boolean =>
      isHealedBy(spawnMeaning)(crowd(8), readings(many, refused(8), after));
    expect([many, refused(19), refused(8), unreadSpawn].map(healed)).toEqual([true, true, false, false]);
  });

  test('leave a node beside as it was when that lets as many start', () => {
    const asBefore = (now: SpawnReading): boolean => spawnMeaning.isAsBefore(many, now);
    expect([many, refused(17), refused(16), unreadSpawn].map(asBefore)).toEqual([true, true, false, false]);
  });
});
