import { expect, test } from '@jest/globals';
import { unitReading } from '../../../../../scripts/faults/units/unit-readings.ts';

const stat = (pid: number, name: string, state: string, started: number): string =>
  `process 1024 ${pid} (${name}) ${state} 1 ${pid} ${pid} 0 -1 4194560 181 0 0 0 0 0 0 0 20 0 1 0 ${started} 5656576 236 18446744073709551615 1 1`;

test('a unit is read as systemd and the kernel tell of it, whatever its programs are called', () => {
  const text = [
    'MainPID=40',
    'ActiveState=active',
    'NRestarts=7',
    'follows db.service',
    'follows disk.service',
    'up 1000.50',
    'oom_kill 3',
    stat(40, 'a) b (c', 'S', 99_000),
    stat(41, 'child', 'T', 100_000),
    stat(42, 'dead', 'Z', 100_000),
    '',
  ].join('\n');
  expect(unitReading(text)).toEqual({
    active: 'active',
    main: { pid: 40, state: 'S', startedTicks: 99_000, files: 1024 },
    processes: [
      { pid: 40, state: 'S', startedTicks: 99_000, files: 1024 },
      { pid: 41, state: 'T', startedTicks: 100_000, files: 1024 },
    ],
    oldestMs: 10_500,
    follows: ['db.service', 'disk.service'],
    oomKills: 3,
    restarts: 7,
  });
});

test('a unit without a process has no main one', () => {
  expect(unitReading('MainPID=0\nActiveState=failed\nup 12.00\n')).toEqual({
    active: 'failed',
    main: null,
    processes: [],
    oldestMs: 0,
    follows: [],
    oomKills: 0,
    restarts: 0,
  });
});
