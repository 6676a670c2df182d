import { describe, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault, FaultKind } from '../../../../../infra/spec/fault.ts';
import type { Abilities } from '../../../../../scripts/faults/side-car/abilities.ts';
import {
  calibrationOf,
  nearestStep,
  type Calibration,
} from '../../../../../scripts/faults/kinds/calibration.ts';
import type { Receipt } from '../../../../../scripts/verdict/receipt.ts';
import { refuseWhatCannotBe, whyNot } from '../../../../../scripts/faults/kinds/requirements.ts';
import { oneOfEach } from '../../../../support/faults.ts';
import { refusalOf } from '../../../../support/refusal.ts';
import { receiptForTest } from '../../../../support/verdict.ts';
import { everyAbility } from '../../../../support/abilities.ts';

const faults = oneOfEach;
const kinds = Object.values(faults).map(({ kind }) => kind);

const scheduled = (fault: Fault): ScheduledFault => ({
  id: `p/${fault.name}`,
  profile: 'p',
  fault,
  targets: [],
  startMs: null,
  endMs: null,
});
const refused = (abilities: Partial<Abilities>): readonly FaultKind[] =>
  kinds.filter(
    (kind) => whyNot([scheduled(faults[kind])], { ...everyAbility, ...abilities }, null).length > 0,
  );

describe('what the kernel must offer', () => {
  test.each<[string, Partial<Abilities>, readonly FaultKind[]]>([
    ['a kernel with everything refuses nothing', {}, []],
    [
      'without NFQUEUE, netem stands in for most of it',
      { nfqueue: false },
      ['network.reorder', 'network.corrupt'],
    ],
    ['without netem, NFQUEUE is enough', { netem: false }, []],
    [
      'without both, nothing delays, loses or corrupts packets',
      { nfqueue: false, netem: false },
      [
        'network.delay',
        'network.jitter',
        'network.loss',
        'network.burst-loss',
        'network.reorder',
        'network.corrupt',
      ],
    ],
    [
      'netem hangs below htb',
      { nfqueue: false, htb: false },
      [
        'network.delay',
        'network.jitter',
        'network.loss',
        'network.burst-loss',
        'network.reorder',
        'network.corrupt',
        'network.rate',
      ],
    ],
    ['without htb there is no rate', { htb: false }, ['network.rate']],
    ['nothing is duplicated that nftables does not', { duplicating: false }, ['network.duplicate']],
    [
      'without processes that answer there is no clock, and nobody sees a signal arrive',
      { clocks: false },
      ['clock.offset', 'clock.rate', 'clock.zone', 'eviction.spot'],
    ],
    [
      'who cannot answer for a name server lets names be',
      { names: false },
      ['dns.slow', 'dns.fail', 'dns.wrong'],
    ],
    [
      'without FUSE there is nothing in front of a disk',
      { layers: false },
      ['disk.slow', 'disk.rate', 'disk.hang', 'disk.error', 'disk.corrupt', 'disk.lost-sync'],
    ],
    ['whose calls cannot be followed is not killed at one', { tracing: false }, ['process.crash-point']],
    ['without nftables there is no partition', { nftables: false }, ['network.partition']],
    [
      'what a disk has left needs nothing of it',
      {
        nfqueue: false,
        netem: false,
        htb: false,
        nftables: false,
        duplicating: false,
        clocks: true,
        names: true,
        layers: true,
        tracing: true,
      },
      kinds.filter((kind) => kind.startsWith('network.')),
    ],
  ])('%s', (_what, abilities, expected) => {
    expect(refused(abilities)).toEqual(expected);
  });

  test('every fault that cannot be is named with the reason, before anything starts: 69', () => {
    const none = {
      nfqueue: false,
      netem: false,
      htb: false,
      nftables: false,
      duplicating: false,
      clocks: false,
      names: false,
      layers: false,
      tracing: false,
    };
    const { error } = refusalOf(() => {
      refuseWhatCannotBe(
        [scheduled(faults['network.rate']), scheduled(faults['network.partition'])],
        none,
        null,
      );
    }).document;
    expect(error).toMatchObject({ exit: 69, code: 'host-cannot', hint: expect.stringContaining('doctor') });
    expect(error.message).toMatch(/p\/r: the kernel has no htb.*\n.*p\/p: the kernel has no nftables/);
    expect(() => {
      refuseWhatCannotBe([scheduled(faults['disk.space'])], none, null);
    }).not.toThrow();
  });
});

function step(
  kind: 'network.delay' | 'network.loss' | 'network.rate',
  requested: number,
  ok: boolean,
): Calibration['steps'][number] {
  return { kind, requested, measured: requested * 2, unit: 'ms', n: 200, tolerance: 2, ok };
}

const calibration: Calibration = {
  schema: 1,
  takenAt: '2026-11-25T00:00:00.000Z',
  steps: [
    step('network.delay', 5, false),
    step('network.delay', 20, true),
    step('network.delay', 100, true),
    step('network.loss', 0.01, false),
    step('network.rate', 1e6, true),
  ],
  capacityBitsPerSecond: 100e6,
};
const why = (fault: Fault): readonly string[] => whyNot([scheduled(fault)], everyAbility, calibration);

describe('what this host was measured to do', () => {
  test('a fault is held against the step that is nearest by ratio', () => {
    expect(nearestStep(calibration, 'network.delay', 9)?.requested).toBe(5);
    expect(nearestStep(calibration, 'network.delay', 11)?.requested).toBe(20);
    expect(nearestStep(calibration, 'network.delay', 5000)?.requested).toBe(100);
    expect(nearestStep(calibration, 'network.jitter', 5)).toBeNull();
  });

  test('tighter than that is refused with what came out, and when', () => {
    expect(why({ ...faults['network.delay'], delayMs: 6 })).toEqual([
      'p/d: 5 ms came out as 10 ms (tolerance 2) when this host was calibrated on 2026-11-25T00:00:00.000Z',
    ]);
    expect(why({ ...faults['network.delay'], delayMs: 60 })).toEqual([]);
    expect(why({ ...faults['network.loss'], lossRatio: 0.02 })).toHaveLength(1);
    expect(why(faults['network.jitter'])).toEqual([]);
  });

  test('a rate that could not be told from what a link carries anyway is refused', () => {
    expect(why({ ...faults['network.rate'], rateMbit: 90 })).toEqual([]);
    expect(why({ ...faults['network.rate'], rateMbit: 91 })[0]).toContain(
      "a flood on this host's links reaches 100 Mbit/s",
    );
  });

  test('is taken from the receipts of a run: steps by kind and size, the capacity from before any rate', () => {
    const receipt = (kind: string, requested: number, before: number): Receipt => ({
      ...receiptForTest('x'),
      kind,
      requested,
      measured: { before, during: requested, after: before },
    });
    const taken = calibrationOf(
      [
        receipt('network.rate', 10, 300),
        receipt('network.delay', 300, 0),
        receipt('network.rate', 1, 100),
        receipt('network.delay', 5, 0),
        receipt('network.rate', 100, 200),
      ],
      new Date('2026-11-25T00:00:00Z'),
    );
    expect(taken.steps.map(({ kind, requested }) => [kind, requested])).toEqual([
      ['network.delay', 5],
      ['network.delay', 300],
      ['network.rate', 1],
      ['network.rate', 10],
      ['network.rate', 100],
    ]);
    expect(taken).toMatchObject({ takenAt: '2026-11-25T00:00:00.000Z', capacityBitsPerSecond: 200 });
  });
});
