import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { crashStory } from '../../../scripts/faults/process/crash-story.ts';
import { Hold } from '../../../scripts/faults/side-car/hold.ts';
import type { NodeAccess, NodeProcess } from '../../../scripts/nodes/node.ts';
import { loneSideCar } from '../../support/lone-side-car.ts';
import { until } from '../../support/until.ts';

const unit = 'understudy-keeper.service';
const state = '/data/state';

/** A new file, fsync, rename, over and over: by one process, or by a shell and what it starts. */
const keepers = {
  process: [
    'perl',
    '-MIO::Handle',
    '-e',
    `for (my $i = 0;; $i++) {
      open(my $file, ">", "${state}.new") or die;
      $file->autoflush(1);
      print $file $i;
      $file->sync or die;
      close $file;
      rename("${state}.new", "${state}") or die;
      select(undef, undef, undef, 0.01);
    }`,
  ],
  shell: [
    'sh',
    '-c',
    `i=0; while :; do i=$((i+1)); echo $i > ${state}.new; sync ${state}.new; mv ${state}.new ${state}; done`,
  ],
  newFiles: [
    'perl',
    '-e',
    `while (1) {
      open(my $file, ">", "${state}.new") or die;
      syswrite($file, "x") for 1 .. 3;
      close $file;
      rename("${state}.new", "${state}") or die;
    }`,
  ],
  /** One name that gets another file over and over, from another folder. */
  renamer: [
    'perl',
    '-e',
    `mkdir "/data/next"; while (1) { open(my $file, ">", "/data/next/state") or die; rename("/data/next/state", "${state}") or die; }`,
  ],
  /** Workers that add to one file at once. */
  workers: [
    'perl',
    '-MIO::Handle',
    '-e',
    `for (1 .. 3) {
      next if fork;
      open(my $file, ">>", "${state}") or die;
      while (1) { syswrite($file, "x"); $file->sync; }
    }
    1 while wait > 0;`,
  ],
  /** Nearly always one that waits for what it started to begin its program, which cannot be stopped before that. */
  spawner: [
    'sh',
    '-c',
    'printf "%s" "$0" | gcc -x c -o /tmp/spawner - && exec /tmp/spawner',
    `#include <fcntl.h>
    #include <sys/wait.h>
    #include <unistd.h>
    int main(void) {
      close(creat("${state}", 0644));
      for (;;) {
        pid_t one = vfork();
        if (one == 0) usleep(30000), execl("/bin/true", "true", (char *)0), _exit(1);
        waitpid(one, 0, 0);
      }
    }`,
  ],
  /** More threads than can be followed. */
  crowd: [
    'sh',
    '-c',
    'printf "%s" "$0" | gcc -x c -o /tmp/crowd - -lpthread && exec /tmp/crowd',
    `#include <fcntl.h>
    #include <pthread.h>
    #include <unistd.h>
    static void *wait_for_good(void *unused) { for (;;) pause(); return unused; }
    int main(void) {
      pthread_attr_t small;
      pthread_t one;
      pthread_attr_init(&small);
      pthread_attr_setstacksize(&small, 32768);
      for (int i = 0; i < 4100; i++)
        if (pthread_create(&one, &small, wait_for_good, 0)) return 1;
      creat("${state}", 0600);
      wait_for_good(0);
    }`,
  ],
  writer: [
    'perl',
    '-MIO::Handle',
    '-e',
    `open(my $file, ">>", "${state}") or die; while (1) { syswrite($file, "x"); select(undef, undef, undef, 0.0001); }`,
  ],
} as const;

const holds = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<true> =>
  until(what, async () => ((await isSo()) ? true : null));

/** A process as systemd has those of a unit: in a control group of that name. */
async function keeper(sideCar: NodeAccess, argv: readonly string[]): Promise<NodeProcess> {
  const grouping = 'mkdir -p /tmp/groups && mount -t cgroup2 none /tmp/groups && mkdir -p "/tmp/groups/$1"';
  expect(await sideCar.exec(['sh', '-c', grouping, 'sh', unit])).toMatchObject({ exitCode: 0, stderr: '' });
  const entering = 'echo $$ > "/tmp/groups/$1/cgroup.procs" && echo in && shift && exec "$@"';
  const process = await sideCar.start(['sh', '-c', entering, 'sh', unit, ...argv]);
  await once(process.stdout, 'data');
  await holds(`${state} is there`, async () => (await sideCar.exec(['test', '-e', state])).exitCode === 0);
  return process;
}

async function watched(sideCar: NodeAccess, call: string, path: string) {
  const process = await sideCar.start(['crashwatch', unit, call, path]);
  const lines: string[] = [];
  createInterface({ input: process.stdout }).on('line', (line) => lines.push(line));
  await holds('who looks on is there', () => lines.includes('ok'));
  return { lines, process };
}

const read = async (sideCar: NodeAccess, script: string): Promise<string> =>
  (await sideCar.exec(['sh', '-c', script])).stdout.trim();
/** Processes of the unit, and how many of them somebody traces. */
const tracing = `for p in $(cat /tmp/groups/${unit}/cgroup.procs); do grep TracerPid /proc/$p/status; done | sort | uniq -c`;

describe('a process that is killed at a call', () => {
  test.each([
    ['rename', state, 5],
    ['rename', `${state}.new`, 1],
    ['fsync', `${state}.new`, 3],
    ['write', `${state}.new`, 4],
  ] as const)('%s of %s: at that one and before anything came of it (%d)', async (call, path, nth) => {
    await using one = await loneSideCar('size=1m');
    const { access } = one;
    const process = await keeper(access, keepers.process);
    const hold = await Hold.open(access);
    const { lines } = await watched(access, call, path);
    expect(await hold.start('crash', ['crashpoint', unit, call, String(nth), path])).toBe('1');
    expect(await process.exited).toBe(137);
    await holds('its end is seen', () => crashStory(lines, nth).ended !== null);
    expect(crashStory(lines, nth)).toMatchObject({
      isArmed: true,
      stood: { calls: nth - 1 },
      ended: { calls: nth - 1 },
    });
    const [kept, next] = await Promise.all([read(access, `cat ${state}`), read(access, `cat ${state}.new`)]);
    // What was written before a rename or an fsync is there, and of the write that did not come nothing.
    expect(next).toBe(call === 'write' ? '' : String(Number(kept) + 1));
    await hold.heal('crash');
    await hold.close();
  });

  test('is told from another one exactly, also where calls follow each other as fast as they can', async () => {
    await using one = await loneSideCar('size=4m');
    const { access } = one;
    const process = await keeper(access, keepers.writer);
    const hold = await Hold.open(access);
    const { lines } = await watched(access, 'write', state);
    await hold.start('crash', ['crashpoint', unit, 'write', '1000', state]);
    expect(await process.exited).toBe(137);
    await holds('its end is seen', () => crashStory(lines, 1000).ended !== null);
    expect(crashStory(lines, 1000).ended).toMatchObject({ calls: 999 });
    await hold.close();
  });

  test.each([
    ['write', 'newFiles', `${state}.new`, 200],
    ['rename', 'renamer', state, 500],
  ] as const)(
    'is told from another one exactly, also of files that are new: %s',
    async (call, how, path, nth) => {
      await using one = await loneSideCar('size=4m');
      const { access } = one;
      const process = await keeper(access, keepers[how]);
      const hold = await Hold.open(access);
      const { lines } = await watched(access, call, path);
      await hold.start('crash', ['crashpoint', unit, call, String(nth), path]);
      expect(await process.exited).toBe(137);
      await holds('its end is seen', () => crashStory(lines, nth).ended !== null);
      expect(crashStory(lines, nth)).toMatchObject({ stood: { calls: nth - 1 }, ended: { calls: nth - 1 } });
      // Of three bytes each, the first of its file is the last that came.
      if (call === 'write') expect(await read(access, `cat ${path}`)).toBe('x');
      await hold.close();
    },
  );

  test.each([
    ['write', 50],
    ['fsync', 12],
  ] as const)('may be one of several that make it at once: %s', async (call, nth) => {
    await using one = await loneSideCar('size=64m');
    const { access } = one;
    const process = await keeper(access, keepers.workers);
    const hold = await Hold.open(access);
    const { lines } = await watched(access, call, state);
    expect(await hold.start('crash', ['crashpoint', unit, call, String(nth), state])).toBe('4');
    await holds('an end is seen', () => crashStory(lines, nth).ended?.calls === nth - 1);
    expect(crashStory(lines, nth)).toMatchObject({ stood: { calls: nth - 1 }, ended: { calls: nth - 1 } });
    // The two others, whose calls waited, go on.
    const size = async (): Promise<number> => Number(await read(access, `stat -c %s ${state}`));
    const before = await size();
    await holds('they go on', async () => (await size()) > before);
    await holds('nobody follows them', async () => /^3 TracerPid:\t0$/.test(await read(access, tracing)));
    process.close();
    await hold.close();
  });

  test.each(['rename', 'fsync'] as const)('may be one that was started meanwhile: %s', async (call) => {
    await using one = await loneSideCar('size=1m');
    const { access } = one;
    const process = await keeper(access, keepers.shell);
    const hold = await Hold.open(access);
    const path = call === 'rename' ? state : `${state}.new`;
    const { lines } = await watched(access, call, path);
    await hold.start('crash', ['crashpoint', unit, call, '4', path]);
    await holds('its end is seen', () => crashStory(lines, 4).ended?.calls === 3);
    // The shell, which only lost what it had started, goes on, and nobody follows it any more.
    const before = Number(await read(access, `cat ${state}`));
    await holds('it goes on', async () => Number(await read(access, `cat ${state}`)) > before + 1);
    expect(await read(access, tracing)).toMatch(/^\d+ TracerPid:\t0$/);
    process.close();
    await hold.close();
  });
});

describe('processes that are followed', () => {
  test.each(['the fault is healed', 'who follows them is killed'])('are let go when %s', async (how) => {
    await using one = await loneSideCar('size=1m');
    const { access } = one;
    const process = await keeper(access, keepers.process);
    const hold = await Hold.open(access);
    const { lines } = await watched(access, 'rename', state);
    await hold.start('crash', ['crashpoint', unit, 'rename', '100000', state]);
    expect(await read(access, tracing)).toMatch(/^1 TracerPid:\t[1-9]/);
    if (how === 'the fault is healed') await hold.heal('crash');
    else await access.exec(['pkill', '-KILL', '-x', 'crashpoint']);
    await holds('it is over', () => crashStory(lines, 100_000).seen !== null);
    const before = Number(await read(access, `cat ${state}`));
    await holds('it goes on', async () => Number(await read(access, `cat ${state}`)) > before);
    expect(await read(access, tracing)).toBe('1 TracerPid:\t0');
    expect(crashStory(lines, 100_000)).toMatchObject({ stood: null, ended: null });
    process.close();
    await hold.close();
  });

  test('may wait for what they started to begin its program', async () => {
    await using one = await loneSideCar('size=1m');
    const { access } = one;
    const process = await keeper(access, keepers.spawner);
    const hold = await Hold.open(access);
    for (let round = 0; round < 3; round += 1) {
      const id = `crash-${round}`;
      expect(await hold.start(id, ['crashpoint', unit, 'rename', '1', state])).toMatch(/^[12]$/);
      await hold.heal(id);
      expect(await hold.start(`${id}-pause`, ['unitfault', 'pause', unit])).toMatch(/^[12]$/);
      await hold.heal(`${id}-pause`);
    }
    process.close();
    await hold.close();
  });

  test('must not have more threads than can be followed, and are not stopped then', async () => {
    await using one = await loneSideCar('size=1m');
    const { access } = one;
    const process = await keeper(access, keepers.crowd);
    const hold = await Hold.open(access);
    await expect(hold.start('crash', ['crashpoint', unit, 'rename', '1', state])).rejects.toThrow(
      `err 7 ${unit} has more than 4096 threads`,
    );
    expect(await read(access, tracing)).toBe('1 TracerPid:\t0');
    process.close();
    await hold.close();
  });

  test('must be there: a unit without any is refused', async () => {
    await using one = await loneSideCar('size=1m');
    const hold = await Hold.open(one.access);
    await expect(hold.start('crash', ['crashpoint', unit, 'rename', '1', state])).rejects.toThrow(
      `err 3 ${unit} has no process that could be traced`,
    );
    await hold.close();
  });
});
