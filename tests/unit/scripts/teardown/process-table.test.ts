import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  findRunProcesses,
  identify,
  killProcess,
  liveness,
  localProcesses,
} from '../../../../scripts/teardown/process-table.ts';

test('a process of a run is found by its environment, known again, and killed as that one only', async () => {
  const runId = `unit-${process.pid}`;
  const child = spawn('sleep', ['60'], { env: { PATH: process.env['PATH'], UNDERSTUDY_RUN: runId } });
  const exited = once(child, 'exit');
  try {
    await once(child, 'spawn');
    const [found] = findRunProcesses(runId);
    expect(found).toMatchObject({ pid: child.pid, command: 'sleep 60' });
    if (found === undefined) return;
    const before = identify(found.pid);
    expect(liveness(before, localProcesses())).toBe('alive');

    expect(killProcess({ ...found, startTime: '1' })).toBe(false);
    expect(killProcess(found)).toBe(true);
    await exited;
    expect(findRunProcesses(runId)).toEqual([]);
    expect(liveness(before, localProcesses())).toBe('dead');
  } finally {
    child.kill('SIGKILL');
  }
});

test('a run id that begins with another one’s is not taken for it', async () => {
  const child = spawn('sleep', ['60'], {
    env: { PATH: process.env['PATH'], UNDERSTUDY_RUN: 'unit-prefix-1' },
  });
  try {
    await once(child, 'spawn');
    expect(findRunProcesses('unit-prefix')).toEqual([]);
  } finally {
    child.kill('SIGKILL');
  }
});
