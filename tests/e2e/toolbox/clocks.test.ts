import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../../infra/places.ts';
import { Hold } from '../../../scripts/faults/side-car/hold.ts';
import type { NodeAccess } from '../../../scripts/nodes/node.ts';
import { loneSideCar } from '../../support/lone-side-car.ts';

/** The shifted clock by itself: a side-car whose first process is its own, and a program that is compiled in it. */
let one: Awaited<ReturnType<typeof loneSideCar>>;
let hold: Hold;
beforeAll(async () => {
  one = await loneSideCar('size=1m');
  const source = readFileSync(join(packageRoot, 'tests/support/clock-waits.c'), 'utf8');
  const prepare = [
    'mkdir /usr/lib/understudy-clock && head -c 32 /dev/zero > /usr/lib/understudy-clock/shift',
    'gcc -xc -o /usr/local/bin/clock-waits -',
  ].join(' && ');
  const { exitCode, stderr } = await one.access.exec(['sh', '-c', prepare], { stdin: source });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  hold = await Hold.open(one.access);
});
afterAll(async () => {
  await hold.close();
  await one[Symbol.asyncDispose]();
});

const library = { LD_PRELOAD: '/usr/local/lib/clockshift.so' };

async function output(node: NodeAccess, ...argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await node.exec(argv, { environment: library });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

/** How far the clock of a new program is from ours, s. */
async function aheadBy(): Promise<number> {
  return Number(await output(one.access, 'date', '+%s')) - Date.now() / 1000;
}

/** The latest leaves a busy host its time; what does not know of the shift is off by an hour, or takes 300 ms. */
test.each<[string, readonly string[], number, number]>([
  ['no shift', [], 300, 2_000],
  ['an hour ahead', ['offset', '3600000'], 300, 2_000],
  ['an hour behind', ['offset', '-3600000'], 300, 2_000],
  ['twice as fast', ['rate', '1000000'], 150, 290],
])(
  'with %s, what waits for a time of day waits for that of its own clock',
  async (_what, shift, waitsMs, latestMs) => {
    if (shift.length > 0) await hold.start('shift', ['clockset', ...shift]);
    const lines = (await output(one.access, 'clock-waits')).trim().split('\n');
    if (shift.length > 0) await hold.heal('shift');
    for (const line of lines.slice(0, -1)) {
      const ms = Number(line.split(' ').at(-1));
      const [expected, latest] = /steady|MONOTONIC/.test(line) ? [300, 2_000] : [waitsMs, latestMs];
      expect({ line, isLate: ms > latest, isEarly: ms < expected - 1 }).toEqual({
        line,
        isLate: false,
        isEarly: false,
      });
    }
    expect(lines).toHaveLength(10);
  },
);

test('all functions that read the time of day read the same', async () => {
  await hold.start('shift', ['clockset', 'offset', '-3600000']);
  const [, ...seconds] = /reads (\d+) (\d+) (\d+)/.exec(await output(one.access, 'clock-waits')) ?? [];
  await hold.heal('shift');
  expect(seconds).toHaveLength(3);
  for (const read of seconds) expect(Number(read)).toBeCloseTo(Date.now() / 1000 - 3600, -1);
});

test('the clock is shifted once, and not again before it has healed', async () => {
  await hold.start('shift', ['clockset', 'offset', '3600000']);
  await expect(hold.start('more', ['clockset', 'offset', '5000'])).rejects.toThrow('shifted already');
  expect(await aheadBy()).toBeCloseTo(3600, -1);
  await hold.heal('shift');
  expect(await aheadBy()).toBeCloseTo(0, -1);
});

test('a process that runs follows at once, and so does the end of the lease', async () => {
  const lease = await Hold.open(one.access);
  const process = await one.access.start(['bash', '-c', 'while read -r _; do echo "$EPOCHSECONDS"; done'], {
    environment: library,
  });
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  const ahead = async (): Promise<number> => {
    process.stdin.write('\n');
    const line = await lines.next();
    return Number(line.done === true ? NaN : line.value) - Date.now() / 1000;
  };
  expect(await ahead()).toBeCloseTo(0, -1);
  await lease.start('shift', ['clockset', 'offset', '-90000']);
  expect(await ahead()).toBeCloseTo(-90, -1);
  await lease.close();
  expect(await ahead()).toBeCloseTo(0, -1);
  process.stdin.end();
});
