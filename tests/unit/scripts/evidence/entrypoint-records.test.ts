import { expect, test } from '@jest/globals';
import { engineEvent, type EngineEvent } from '../../../../scripts/evidence/engine-event.ts';
import { entrypointRecords } from '../../../../scripts/evidence/entrypoint-records.ts';

const event = (second: number, what: EngineEvent['event'], more: Partial<EngineEvent> = {}): EngineEvent => ({
  at: `2026-11-25T00:00:${String(second).padStart(2, '0')}.000Z`,
  timeNano: `${second}000000000`,
  node: 'web-1',
  event: what,
  exitCode: null,
  signal: null,
  ...more,
});

test('each start is a record: its end, its code, and the traceback of that start alone', () => {
  const records = entrypointRecords({
    node: 'web-1',
    events: [event(1, 'create'), event(2, 'start'), event(5, 'die', { exitCode: 1 }), event(6, 'start')],
    live: [],
    log: [
      '2026-11-25T00:00:01.900000000Z Traceback (most recent call last):',
      '2026-11-25T00:00:04.000000000Z   File "a.py", line 1, in <module>',
      '2026-11-25T00:00:05.040000000Z ValueError: first',
      '2026-11-25T00:00:07.000000000Z all is well',
    ],
  });
  expect(records).toMatchObject([
    {
      id: 'web-1/entrypoint/2000000000',
      start: '2026-11-25T00:00:02.000Z',
      exit: '2026-11-25T00:00:05.000Z',
      code: 1,
      exception: { type: 'ValueError' },
    },
    { start: '2026-11-25T00:00:06.000Z', exit: null, code: null, exception: null },
  ]);
});

test('a signal is one where the engine saw the kill, and a code of 128 and more where it did not', () => {
  const after = (...events: readonly EngineEvent[]): unknown =>
    entrypointRecords({ node: 'web-1', events: [event(1, 'start'), ...events], live: [], log: [] })[0];
  expect(after(event(2, 'kill', { signal: 9 }), event(3, 'die', { exitCode: 137 }))).toMatchObject({
    signal: 'SIGKILL',
    code: null,
  });
  expect(after(event(2, 'kill', { signal: 15 }), event(3, 'die', { exitCode: 0 }))).toMatchObject({
    signal: null,
    code: 0,
  });
  expect(after(event(2, 'oom'), event(3, 'die', { exitCode: 137 }))).toMatchObject({ signal: 'SIGKILL' });
  expect(after(event(3, 'die', { exitCode: 137 }))).toMatchObject({ signal: null, code: 137 });
});

test('an event of the engine is read as it stands; what is no node is left out', () => {
  const line =
    '{"status":"kill","Type":"container","Action":"kill","Actor":{"ID":"x","Attributes":{"dev.understudy.node":"web-1","signal":"9"}},"time":1,"timeNano":1795568221554000123}';
  expect(engineEvent(line)).toEqual({
    at: '2026-11-25T00:57:01.554Z',
    timeNano: '1795568221554000123',
    node: 'web-1',
    event: 'kill',
    exitCode: null,
    signal: 9,
  });
  expect(engineEvent(line.replace('dev.understudy.node', 'dev.understudy.role'))).toBeNull();
  expect(engineEvent(line.replace('"Action":"kill"', '"Action":"exec_start: sh"'))).toBeNull();
  expect(engineEvent('{"cut')).toBeNull();
});
