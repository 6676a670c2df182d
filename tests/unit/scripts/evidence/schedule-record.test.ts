import { expect, test } from '@jest/globals';
import { RunEvent } from '../../../../scripts/evidence/event.ts';
import { scheduleEntries } from '../../../../scripts/evidence/schedule-record.ts';

const at = (ms: number, event: object): RunEvent =>
  RunEvent.parse({ at: '2026-11-25T00:00:00Z', ms, ...event });
const fault = (id: string, startMs: number | null, endMs: number | null) => ({
  id,
  profile: 'p',
  fault: { kind: 'disk.space' },
  targets: ['a:/d'],
  startMs,
  endMs,
});
const events = [
  at(900, { type: 'fault.inject', fault: 'p/whole', targets: [], tookMs: 100 }),
  at(1000, { type: 'suite.start', suite: 's' }),
  at(3050, { type: 'fault.inject', fault: 'p/window', targets: [], tookMs: 50 }),
  at(5020, { type: 'fault.heal', fault: 'p/window', targets: [], tookMs: 10 }),
];

test('planned and realised stand side by side, on the clock that begins with the first suite', () => {
  const planned = [fault('p/whole', null, null), fault('p/window', 2000, 4000), fault('p/never', 9000, null)];
  expect(
    scheduleEntries(planned, events).map(({ id, planned: plan, realised }) => ({ id, plan, realised })),
  ).toEqual([
    {
      id: 'p/whole',
      plan: { startMs: null, endMs: null },
      realised: { injectedAtMs: -200, injectTookMs: 100, healedAtMs: null, healTookMs: null },
    },
    {
      id: 'p/window',
      plan: { startMs: 2000, endMs: 4000 },
      realised: { injectedAtMs: 2000, injectTookMs: 50, healedAtMs: 4010, healTookMs: 10 },
    },
    {
      id: 'p/never',
      plan: { startMs: 9000, endMs: null },
      realised: { injectedAtMs: null, injectTookMs: null, healedAtMs: null, healTookMs: null },
    },
  ]);
});

test('what a fault waited for stands there with its moment, and so does that it never came; no time of it was planned', () => {
  const after = { event: { file: { node: 'a', path: '/done' } } };
  const line = '';
  const came = at(4000, { type: 'fault.event', fault: 'p/waits', event: 'w', node: 'a-2', line });
  const waiting = [
    { ...fault('p/waits', 0, 9000), after },
    { ...fault('p/in-vain', 0, 9000), after },
  ];
  expect(scheduleEntries(waiting, [...events, came]).map(({ event }) => event)).toEqual([
    { waitsFor: '/done is there on a', atMs: 3000, node: 'a-2', line },
    { waitsFor: '/done is there on a', atMs: null, node: null, line },
  ]);
});

test('what a fault that goes by the control came to stands there, by node', () => {
  const limits = [{ node: 'a-1', heldBytes: 40, bytes: 48 }];
  const bound = at(10, { type: 'fault.bound', fault: 'p/whole', limits });
  const planned = [fault('p/whole', null, null), fault('p/window', 2000, 4000)];
  expect(scheduleEntries(planned, [bound, ...events]).map(({ memory }) => memory)).toEqual([
    limits,
    undefined,
  ]);
});
