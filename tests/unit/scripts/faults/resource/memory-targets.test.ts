import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import {
  memoryReading,
  unreadMemory,
  type MemoryReading,
} from '../../../../../scripts/faults/resource/memory-readings.ts';
import { memoryMeaning } from '../../../../../scripts/faults/resource/memory-targets.ts';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import { receiptsOf } from '../../../../../scripts/faults/session-receipts.ts';
import { targetJudge } from '../../../../../scripts/faults/watch/target-judge.ts';
import { withoutNetem } from '../../../../support/abilities.ts';
import { squeeze } from '../../../../support/faults.ts';

const MiB = 1024 * 1024;
const stepBytes = MiB;

describe('how much a node could hold', () => {
  test('is what was in use last before the kernel ended who took more', () => {
    const text = `held ${2 * MiB}\nheld ${39 * MiB}\nheld ${40 * MiB}\nended 137\n`;
    expect(memoryReading(text, stepBytes)).toEqual({ heldBytes: 40 * MiB, wasKilled: true, stepBytes });
  });

  test('is at least that where it stopped by itself, also before the first step', () => {
    expect(memoryReading(`held ${9 * MiB}\nended 0\n`, stepBytes)).toMatchObject({
      heldBytes: 9 * MiB,
      wasKilled: false,
    });
  });

  test.each([
    ['nothing is said', ''],
    ['its end is not', 'held 5\nheld 10\n'],
    ['it ended for a reason of its own', 'held 5\nheld 10\nended 1\n'],
    ['what is in use is not', 'ended 137\n'],
  ])('is not known where %s', (_what, text) => {
    expect(memoryReading(text, stepBytes)).toEqual(unreadMemory);
  });
});

const upTo = (mebibytes: number, wasKilled: boolean): MemoryReading => ({
  ...{ heldBytes: mebibytes * MiB, wasKilled, stepBytes },
});
const enough = upTo(48, false);
const readings = (before: MemoryReading, during: MemoryReading, after = before) => ({
  ...{ baseline: before, before, during, after },
});
const judged = (before: MemoryReading, during: MemoryReading) =>
  memoryMeaning.judge(squeeze(40), readings(before, during));

describe('forty MiB', () => {
  test.each([40, 38, 42])('are what is left when the kernel ends who takes more at %d', (at) => {
    expect(judged(enough, upTo(at, true))).toMatchObject({
      ...{ ok: true, why: '', requested: 40 * MiB, unit: 'byte', n: 1, tolerance: 5 * MiB },
      measured: { before: 48 * MiB, during: at * MiB },
    });
  });

  test.each<[string, MemoryReading, MemoryReading, RegExp]>([
    ['nothing was done', enough, enough, /it held 48 MiB, and could have more/],
    ['more is', enough, upTo(46, true), /could hold 46 MiB/],
    ['less is', enough, upTo(30, true), /could hold 30 MiB/],
    ['that much is held and nobody was ended', enough, upTo(40, false), /could have more/],
    ['there was no more before', upTo(41, true), upTo(40, true), /no more than 41 MiB before/],
    ['it could not be read', enough, unreadMemory, /could not be read/],
  ])('are not when %s', (_what, before, during, why) => {
    const receipt = judged(before, during);
    expect(receipt.ok).toBe(false);
    expect(receipt.why).toMatch(why);
  });

  test('are healed when more can be held again', () => {
    const healed = (after: MemoryReading): boolean =>
      isHealedBy(memoryMeaning)(squeeze(40), readings(enough, upTo(40, true), after));
    expect([enough, upTo(47, true), upTo(40, true), unreadMemory].map(healed)).toEqual([
      ...[true, true, false, false],
    ]);
  });

  test('leave a node beside as it was when that holds as much', () => {
    const asBefore = (now: MemoryReading): boolean => memoryMeaning.isAsBefore(enough, now);
    expect([enough, upTo(41, true), upTo(39, true), unreadMemory].map(asBefore)).toEqual([
      ...[true, true, false, false],
    ]);
  });
});

describe('so many times of what the control held', () => {
  const limit = (heldMiB: number, leftMiB: number) => ({ heldBytes: heldMiB * MiB, bytes: leftMiB * MiB });
  const tight: ScheduledFault = {
    ...{ id: 'p/tight', profile: 'p', startMs: null, endMs: null, targets: ['small', 'large'] },
    fault: {
      ...{ kind: 'resource.memory', name: 'tight', on: { nodes: [{ node: '*' }] } },
      timesControl: 1.25,
    },
    memory: { small: limit(32, 40), large: limit(80, 100) },
  };
  const told = (during: MemoryReading) => {
    const of = (reading: MemoryReading) => new Map(tight.targets.map((node) => [node, reading]));
    const before = of(upTo(120, false));
    const measured = {
      ...{ baseline: before, before, during: of(during), after: before },
      touched: new Set(tight.targets),
    };
    const whole = { injectedAtMs: null, injectTookMs: 1, healedAtMs: null, healTookMs: 1, healed: true };
    return receiptsOf(tight, targetJudge(memoryMeaning, new Map([[tight.id, measured]])), {
      ...{
        realised: new Map([[tight.id, whole]]),
        begun: new Set<string>(),
        leftovers: [],
        ended: new Set<string>(),
      },
      abilities: withoutNetem,
    });
  };

  test('is another limit on each node, by which its receipt goes, beside what it held', () => {
    expect(told(upTo(40, true))).toMatchObject([
      { target: 'small', requested: 40 * MiB, ok: true, control: { times: 1.25, heldBytes: 32 * MiB } },
      { target: 'large', requested: 100 * MiB, ok: false, why: 'it could hold 40 MiB' },
    ]);
    expect(told(upTo(100, true)).map(({ ok, healedOk }) => [ok, healedOk])).toEqual([
      [false, true],
      [true, true],
    ]);
  });

  test('is what was asked also of a node of which nothing could be read', () => {
    expect(told(unreadMemory).map(({ requested, ok }) => [requested, ok])).toEqual([
      [40 * MiB, false],
      [100 * MiB, false],
    ]);
  });
});
