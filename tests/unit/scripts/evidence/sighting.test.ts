import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  environmentOf,
  findingsOf,
  watchLine,
  type Sighting,
} from '../../../../scripts/evidence/sighting.ts';

/** What images/toolbox/processwatch.c said of the node that units.journal.jsonl is of. */
const lines = readFileSync(new URL('samples/processwatch.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map(watchLine);
const sightings = lines.filter((line): line is Sighting => line.event === 'start');
const seen = (pid: number): Sighting => {
  const found = sightings.find((one) => one.pid === pid);
  if (found === undefined) throw new Error(`the sample has no process ${pid}`);
  return found;
};

test('a look at a process tells whose it is, where it is and what it was given', () => {
  expect(findingsOf(seen(43))).toMatchObject({
    pid: { value: 43 },
    start: { value: '2026-11-25T00:57:01.894Z', source: '/proc/PID/stat: starttime' },
    uid: { value: 65534 },
    user: { value: 'nobody' },
    cwd: { value: '/opt' },
    argv: { value: ['/usr/bin/python3', '/opt/boom.py', '--config', '/etc/hostname'] },
    environment: { value: { APP_MODE: 'dev', USER: 'nobody' }, source: '/proc/PID/environ' },
  });
});

test('files are told by their hash, and one that is not there by that', () => {
  const { configuration } = findingsOf(seen(43));
  expect(configuration).toMatchObject({
    value: [
      { path: '/etc/systemd/system/boom.service' },
      { path: '/etc/redis/redis.conf' },
      { path: '/nope', sha256: null, why: 'not there' },
      { path: '/opt/boom.py' },
      { path: '/etc/hostname', sha256: createHash('sha256').update('worker-9\n').digest('hex') },
    ],
  });
});

test('an environment that the program has written over is null, not half', () => {
  for (const redis of [seen(38), seen(81)]) {
    expect(environmentOf(redis)).toBeNull();
    expect(findingsOf(redis)).toMatchObject({
      environment: { absent: 'the program had written over /proc/PID/environ before it was read' },
      argv: { absent: 'the program had written over /proc/PID/cmdline before it was read' },
      uid: { value: 101 },
      user: { value: 'redis' },
    });
  }
});

test('what could not be read says why', () => {
  expect(findingsOf({ ...seen(43), environ: 13, cwd: 3, files: 1 })).toMatchObject({
    environment: { absent: '/proc/PID/environ: no right to read it' },
    cwd: { absent: '/proc/PID/cwd: the process was gone' },
    configuration: { absent: '/proc/PID/root: not permitted' },
  });
});

test('addresses are the machine’s own, without loopback', () => {
  const fibTrie = Buffer.from(`Main:
  +-- 0.0.0.0/0 3 0 5
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
     +-- 198.18.7.0/24 2 0 1
        |-- 198.18.7.11
           /32 host LOCAL
        |-- 198.18.7.255
           /32 link BROADCAST
Local:
        |-- 198.18.7.11
           /32 host LOCAL
`);
  expect(findingsOf({ ...seen(43), fibTrie }).addresses).toMatchObject({ value: ['198.18.7.11'] });
});
