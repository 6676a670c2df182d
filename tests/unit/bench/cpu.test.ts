import { describe, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { CpuMeter } from '../../bench/cpu.ts';
import { parseMachine, parseStat } from '../../bench/proc.ts';
import { processKind } from '../../bench/process-kind.ts';
import { startCommand } from '../../bench/peers/command.ts';

describe('/proc', () => {
  test('times of a process are counted from behind its name, whatever stands in it', () => {
    const stat = '7 (a b) c) S 1 7 7 0 -1 4194560 100 200 0 0 150 50 30 20 20 0 1 0 12345 1000 10';
    expect(parseStat(stat)).toEqual({ own: 2, reaped: 0.5 });
  });

  test('a process that is gone has no times', () => {
    expect(parseStat('')).toBeNull();
  });

  test('the machine is in use in every column but idle and waiting', () => {
    expect(parseMachine('cpu  100 20 300 9000 500 40 60 0 0 0\ncpu0 1 2 3\n')).toBe(5.2);
  });
});

describe('what a command used', () => {
  test('counts its children, those that it waited for among them', async () => {
    const meter = new CpuMeter(processKind);
    // 0.3 s of user time in a grandchild.
    const burn = 'const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);';
    const running = startCommand('sh', ['-c', `"$0" -e "$1"; true`, process.execPath, burn], {
      signal: new AbortController().signal,
    });
    meter.follow(running.pid, running);
    await running.done;
    const { command, machine } = meter.end();
    expect(command).toBeGreaterThan(0.25);
    expect(command).toBeLessThan(3);
    expect(machine).toBeGreaterThanOrEqual(command - 0.1);
  });

  test('is not what others used meanwhile', async () => {
    const meter = new CpuMeter(processKind);
    const running = startCommand('sleep', ['0.2'], { signal: new AbortController().signal });
    meter.follow(running.pid, running);
    for (const end = performance.now() + 150; performance.now() < end;);
    await running.done;
    expect(meter.end().command).toBeLessThan(0.1);
  });

  test('what others used is told apart, and neither ours nor what was used before counts as theirs', async () => {
    const burn =
      'const end = process.cpuUsage().user + 4e5; while (process.cpuUsage().user < end); setTimeout(() => 0, 3e4)';
    const neighbour = spawn(process.execPath, ['-e', burn], { stdio: 'ignore' });
    try {
      const meter = new CpuMeter(processKind);
      const running = startCommand('sleep', ['1.5'], { signal: new AbortController().signal });
      meter.follow(running.pid, running);
      await running.done;
      const { command, others } = meter.end();
      expect(others).toBeGreaterThan(0.3);
      expect(command).toBeLessThan(0.1);
      const later = new CpuMeter(processKind);
      const again = startCommand('true', [], { signal: new AbortController().signal });
      later.follow(again.pid, again);
      await again.done;
      expect(later.end().others).toBeLessThan(others);
    } finally {
      neighbour.kill();
    }
  });

  test('a command that does not end well is an error with its last words', async () => {
    const running = startCommand('sh', ['-c', 'echo one >&2; echo two >&2; exit 3'], {
      signal: new AbortController().signal,
    });
    await expect(running.done).rejects.toThrow('sh -c ended with 3: one / two');
  });

  test('an interrupted command gets what a terminal would send, and ends', async () => {
    const interrupt = new AbortController();
    const running = startCommand('sleep', ['60'], { signal: interrupt.signal });
    interrupt.abort(new Error('interrupted'));
    await expect(running.done).rejects.toThrow('interrupted');
    expect(spawnSync('kill', ['-0', String(running.pid)]).status).not.toBe(0);
  });
});

test('processes of ours are called by what they are for, others by their program', () => {
  const kind = (line: string): string => processKind(line.split(' '));
  expect(kind('/n/bin/node /c/scripts/cli.ts up x')).toBe('controller');
  expect(kind('/n/bin/node /c/scripts/teardown/watcher-process.ts id')).toBe('watcher');
  expect(kind('/h/versions/3/bin/pulumi up --yes')).toBe('Pulumi engine');
  expect(kind('/h/plugins/resource-docker-v5/pulumi-resource-docker 127.0.0.1:1')).toBe('docker plugin');
  expect(kind('/usr/bin/python3 /usr/bin/docker-compose up')).toBe('python3');
});
