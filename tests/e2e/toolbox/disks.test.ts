import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { ballastHeld, ballastName } from '../../support/ballast.ts';
import { readDisk, type DiskReading } from '../../../scripts/faults/disk/disk-readings.ts';
import { Hold } from '../../../scripts/faults/side-car/hold.ts';
import type { NodeAccess, NodeProcess } from '../../../scripts/nodes/node.ts';
import { loneSideCar } from '../../support/lone-side-car.ts';

const never = new AbortController().signal;

describe('what fills a disk', () => {
  const fill = 'p/fill:/data';
  const held = async (sideCar: NodeAccess, unit: 'bytes' | 'inodes'): Promise<number> =>
    ballastHeld(sideCar, '/data', ballastName(fill), unit, never);
  const read = async (sideCar: NodeAccess): Promise<DiskReading> =>
    readDisk(sideCar, '/data', { bytes: 4096, files: 1 }, never);

  test.each([
    ['bytes', 65_536],
    ['inodes', 10],
  ] as const)('holds all but what was asked, as its file system counts it: %s', async (unit, asked) => {
    await using one = await loneSideCar('size=1m,nr_inodes=100');
    const free = async (): Promise<number> => {
      const { freeBytes, freeInodes } = await read(one.access);
      return unit === 'bytes' ? freeBytes : freeInodes;
    };
    const hold = await Hold.open(one.access);
    const before = await free();
    expect(await held(one.access, unit)).toBe(0);
    await hold.start(fill, ['diskfill', unit, '/data', String(asked), ballastName(fill)]);
    expect(await free()).toBe(asked);
    expect(await held(one.access, unit)).toBe(before - asked);
    await hold.heal(fill);
    expect([await free(), await held(one.access, unit)]).toEqual([before, 0]);
    await hold.close();
  });

  test.each([
    ['bytes', 2_000_000],
    ['inodes', 200],
  ] as const)('holds nothing where no more than that is free: %s', async (unit, asked) => {
    await using one = await loneSideCar('size=1m,nr_inodes=100');
    const hold = await Hold.open(one.access);
    await hold.start(fill, ['diskfill', unit, '/data', String(asked), ballastName(fill)]);
    expect(await held(one.access, unit)).toBe(0);
    await hold.close();
  });

  test.each([
    ['bytes', 0],
    ['inodes', 0],
  ] as const)('sees its end while it fills, and leaves nothing: %s', async (unit, asked) => {
    await using one = await loneSideCar('size=1m,nr_inodes=100');
    const before = await read(one.access);
    const argv = ['diskfill', unit, '/data', String(asked), ballastName(fill)];
    const { stdout } = await one.access.exec(['sh', '-c', '"$@" < /dev/null', 'sh', ...argv]);
    expect(stdout).toBe('err 4 it was ended before the disk was that full\n');
    expect(await read(one.access)).toEqual(before);
  });

  test('tries to remove what it made until it is gone: a heal that failed works once that is possible', async () => {
    await using one = await loneSideCar('size=1m,nr_inodes=100');
    const hold = await Hold.open(one.access);
    const foreign = `/data/.understudy-fill-${ballastName(fill)}/foreign`;
    await hold.start(fill, ['diskfill', 'inodes', '/data', '10', ballastName(fill)]);
    await one.access.exec(['touch', foreign]);
    await expect(hold.heal(fill)).rejects.toThrow(/err 124 .*cannot remove .*Directory not empty/);
    await one.access.exec(['rm', foreign]);
    await hold.heal(fill);
    expect(await held(one.access, 'inodes')).toBe(0);
    await hold.close();
  });
});

describe('what makes a disk read-only', () => {
  /** Of the mounts at /data in all namespaces but that of the program itself, how many are read-only and how many are not. */
  async function mounts(sideCar: NodeAccess): Promise<{ readOnly: number; writable: number }> {
    const script =
      'for p in /proc/[0-9]*; do [ "$(cat "$p/comm")" = diskreadonly ] || grep -h " /data " "$p/mountinfo"; done 2>/dev/null';
    const { stdout } = await sideCar.exec(['sh', '-c', script]);
    const lines = stdout.split('\n').filter((line) => line !== '');
    const readOnly = lines.filter((line) => line.includes(' /data ro,')).length;
    return { readOnly, writable: lines.length - readOnly };
  }
  const held = ['unshare', '--mount', 'diskreadonly', '/data'];

  test('reaches every namespace, also those that come while it looks, and leaves none behind', async () => {
    await using one = await loneSideCar('size=1m');
    const hold = await Hold.open(one.access);
    const coming = 'while :; do unshare --mount sleep 0.3 & sleep 0.003; done';
    const comers = await one.access.start(['sh', '-c', coming]);
    for (let round = 0; round < 20; round += 1) {
      await hold.start('fault', held);
      const during = await mounts(one.access);
      expect(during).toMatchObject({ writable: 0 });
      expect(during.readOnly).toBeGreaterThan(1);
      await hold.heal('fault');
      expect(await mounts(one.access)).toMatchObject({ readOnly: 0 });
    }
    comers.close();
    await hold.close();
  });

  test('leaves read-only what was so before it came, also where that unit was started again under it', async () => {
    await using one = await loneSideCar('size=1m');
    const { access } = one;
    const hold = await Hold.open(access);
    // What systemd does for a unit with ReadOnlyPaths=: a control group for its processes, a namespace for each start.
    const grouping = 'mkdir /tmp/groups && mount -t cgroup2 none /tmp/groups && mkdir -p "$1"';
    const group = '/tmp/groups/understudy-guarded';
    expect(await access.exec(['sh', '-c', grouping, 'sh', group])).toMatchObject({ exitCode: 0, stderr: '' });
    const guarding = 'mount -o remount,bind,ro /data && echo ok && exec cat';
    const entering = 'echo $$ > "$1/cgroup.procs" && exec unshare --mount sh -c "$2"';
    const guarded = async (): Promise<NodeProcess> => {
      const process = await access.start(['sh', '-c', entering, 'sh', group, guarding]);
      await once(process.stdout, 'data');
      return process;
    };
    const first = await guarded();
    await hold.start('fault', held);
    first.stdin.end();
    await first.exited;
    const again = await guarded();
    const comer = await access.start(['unshare', '--mount', 'sh', '-c', 'echo ok; exec cat']);
    await once(comer.stdout, 'data');
    expect(await mounts(access)).toMatchObject({ writable: 0 });
    await hold.heal('fault');
    expect(await mounts(access)).toMatchObject({ readOnly: 1 });
    again.stdin.end();
    await again.exited;
    // Without it nothing is, so that it was the one.
    expect(await mounts(access)).toMatchObject({ readOnly: 0 });
    comer.close();
    await access.exec(['rmdir', group]);
    await hold.close();
  });
});

describe('what runs all other programs of a side-car', () => {
  test('runs many at once, each with its own input, output and end', async () => {
    await using one = await loneSideCar('size=1m');
    const numbers = Array.from({ length: 100 }, (_, number) => number);
    const script = 'read word; echo "$word-$1"; echo "err-$1" >&2; exit "$1"';
    const ends = await Promise.all(
      numbers.map(async (number) =>
        one.access.exec(['sh', '-c', script, 'sh', String(number)], { stdin: `word ${number}\n` }),
      ),
    );
    expect(ends).toEqual(
      numbers.map((number) => ({
        exitCode: number,
        stdout: `word ${number}-${number}\n`,
        stderr: `err-${number}\n`,
      })),
    );
  });

  test('carries more than a pipe holds both ways, while another one neither reads nor ends', async () => {
    await using one = await loneSideCar('size=1m');
    const idle = await one.access.start(['sleep', '600']);
    idle.stdin.write(Buffer.alloc(500_000));
    const sent = Buffer.alloc(900_000, 'x');
    const { stdout } = await one.access.exec(['cat'], { stdin: sent });
    expect(stdout.length).toBe(sent.length);
    idle.close();
  });

  test('tells a program that is not there from one that fails, and a signal from a code', async () => {
    await using one = await loneSideCar('size=1m');
    await expect(one.access.exec(['no-such-program'])).rejects.toThrow(
      'side-car, asked to run no-such-program, says: No such file or directory',
    );
    expect(await one.access.exec(['sh', '-c', 'kill -KILL $$'])).toMatchObject({ exitCode: 137 });
    expect(await one.access.exec(['cat'])).toMatchObject({ exitCode: 0 });
  });
});
