import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import type { FaultKind } from '../../../../infra/spec/fault.ts';
import { endMsOf, heldTime } from '../../../../scripts/faults/held-time.ts';
import { oneOfEach } from '../../../support/faults.ts';

/** Planned from 2000 to 10000. */
function windowOf(kind: FaultKind, changes: Partial<ScheduledFault> = {}): ScheduledFault {
  const fault = oneOfEach[kind];
  return { id: 'p/f', profile: 'p', fault, targets: ['a'], startMs: 2_000, endMs: 10_000, ...changes };
}
/** In force from `fromMs` to `toMs`. */
const held = (fromMs: number, toMs: number) => ({
  ...{ injectedAtMs: fromMs - 20, injectTookMs: 20 },
  ...{ healedAtMs: toMs + 300, healTookMs: 300 },
});

describe('a fault in a window', () => {
  test('that came and went as planned has no note', () => {
    expect(heldTime(windowOf('clock.offset'), held(2_050, 10_010))).toEqual({
      askedMs: 8_000,
      heldMs: 7_960,
    });
  });

  test('that came late says how late, and why', () => {
    expect(heldTime(windowOf('clock.offset'), held(6_636, 10_014))).toEqual({
      askedMs: 8_000,
      heldMs: 3_378,
      note: 'it was in force for 3.4 s of the 8.0 s that were asked: it was in force 4.6 s later than planned, since the host was busy or what was measured before it took so long',
    });
  });

  test('that was taken out before its time, since the suites had ended, says that', () => {
    expect(heldTime(windowOf('clock.offset'), held(2_000, 3_000))?.note).toBe(
      'it was in force for 1.0 s of the 8.0 s that were asked: it was taken out 7.0 s before its time, when the suites had ended',
    );
  });

  test('has a note with less than nine tenths of what was asked, and never with more', () => {
    const most = { min: 0, max: 20_000 };
    fc.assert(
      fc.property(fc.integer(most), fc.integer(most), (late, lasting) => {
        const lasted = heldTime(windowOf('disk.hang'), held(2_000 + late, 2_000 + late + lasting));
        expect(lasted).toMatchObject({ askedMs: 8_000, heldMs: lasting });
        expect(lasted?.note !== undefined).toBe(lasting < 7_200);
      }),
    );
  });
});

test('an eviction is in force from its notice on, not from when the node has gone', () => {
  const when = { injectedAtMs: 2_010, injectTookMs: 7_000, healedAtMs: 10_300, healTookMs: 300 };
  expect(heldTime(windowOf('eviction.spot'), when)).toEqual({ askedMs: 8_000, heldMs: 7_990 });
  expect(heldTime(windowOf('node.kill'), when)?.note).toContain('1.0 s of the 8.0 s');
});

test('of a fault that waited for an event no moment was planned: it is held against its own time', () => {
  const after = { event: { suite: { name: 's' } }, nodes: [], byMs: 60_000, thenMs: 0, lastsMs: 3_000 };
  const waited = windowOf('process.pause', { startMs: 0, endMs: 63_000, after });
  expect(heldTime(waited, held(31_500, 34_500))).toEqual({ askedMs: 3_000, heldMs: 3_000 });
  expect(heldTime(waited, held(31_500, 32_500))?.note).toBe(
    'it was in force for 1.0 s of the 3.0 s that were asked: it was taken out 2.0 s before its time, when the suites had ended',
  );
});

test.each<[string, Partial<ScheduledFault>, Parameters<typeof heldTime>[1]]>([
  ['of the whole run', { startMs: null, endMs: null }, { ...held(0, 0), injectedAtMs: null }],
  ['that lasts until the suites have ended', { endMs: null }, held(2_000, 3_000)],
  ['that was not taken out', {}, { ...held(2_000, 3_000), healedAtMs: null }],
  ['that was never in force', {}, undefined],
])('nothing is said of a fault %s', (_what, changes, when) => {
  expect(heldTime(windowOf('disk.hang', changes), when)).toBeUndefined();
});

test('a fault goes at its planned moment however late it came, and one that waited for an event after its own time', () => {
  const late = held(6_000, 0);
  const planned = { start: 2_000, endMs: 10_000, lastsMs: null };
  expect(endMsOf(windowOf('disk.hang'), planned, late, 7_000)).toBe(10_000);
  const waited = { start: 2_000, endMs: null, lastsMs: 3_000 };
  expect(endMsOf(windowOf('disk.hang'), waited, late, 7_000)).toBe(9_000);
  // Before it is there, all of its time is left to measure it in.
  expect(endMsOf(windowOf('disk.hang'), waited, undefined, 4_000)).toBe(7_000);
  expect(endMsOf(windowOf('disk.hang'), { ...waited, lastsMs: null }, late, 7_000)).toBeNull();
});
