import { describe, expect, test } from '@jest/globals';
import { refuseContradictions } from '../../../../infra/plan/contradictions.ts';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../infra/spec/fault.ts';
import {
  corruptDisk,
  cut,
  cutPort,
  delay,
  diskRate,
  expired,
  failingDisk,
  forgetfulDisk,
  freeze,
  group,
  hungDisk,
  jump,
  kill,
  missingPackage,
  mode,
  notice,
  otherProject,
  otherUid,
  otherVersion,
  powerLoss,
  readOnly,
  reboot,
  recommendation,
  replacement,
  slowDisk,
  space,
  spot,
  stop,
  sudo,
} from '../../../support/faults.ts';

const scheduled = (
  id: string,
  fault: Fault,
  target: string,
  [startMs, endMs]: readonly [number | null, number | null],
): ScheduledFault => ({ id, profile: 'p', fault, targets: [target], startMs, endMs });
const whole = [null, null] as const;
const refusal = (...all: readonly ScheduledFault[]): string | null => {
  try {
    refuseContradictions(all);
    return null;
  } catch (error) {
    return String(error);
  }
};

describe('while a node is away', () => {
  const away = scheduled('p/away', powerLoss, 'a-1', [1000, 4000]);

  test.each<[string, ScheduledFault]>([
    ['a link of it in a window', scheduled('p/other', cut, 'a-1->b-1', [2000, 9000])],
    ['its disk, during the whole run too', scheduled('p/other', space(0), 'a-1:/data', whole)],
    ['a unit of it', scheduled('p/other', kill, 'a-1:web', [0, 1500])],
    ['the node itself', scheduled('p/other', freeze, 'a-1', [3999, 5000])],
  ])('nothing else can be on %s, whichever comes first', (_what, other) => {
    const named =
      /"p\/(away|other)" and "p\/(other|away)" are on a-1 at the same time, and .* while it is away/;
    expect(refusal(away, other)).toMatch(named);
    expect(refusal(other, away)).toMatch(named);
  });

  test.each<[string, ScheduledFault]>([
    [
      'links during the whole run, which are put in place again',
      scheduled('p/other', delay(5), 'b-1->a-1', whole),
    ],
    ['other nodes', scheduled('p/other', freeze, 'b-1', [1000, 4000])],
    ['it before and after', scheduled('p/other', kill, 'a-1:web', [4000, 5000])],
  ])('there may be faults on %s', (_what, other) => {
    expect(refusal(away, other)).toBeNull();
    expect(refusal(other, away)).toBeNull();
  });

  test('during the whole run, its links cannot be measured at all', () => {
    const gone = scheduled('p/away', powerLoss, 'a-1', whole);
    expect(refusal(gone, scheduled('p/other', delay(5), 'b-1->a-1', whole))).toMatch(/while it is away/);
  });
});

test('of two partitions of one link at one time one hides what the other does', () => {
  const port = scheduled('p/port', cutPort, 'a-1->b-1', [1000, 6000]);
  const other = { ...cutPort, only: { protocol: 'tcp', port: 6380 } } as const;
  for (const fault of [cut, other])
    expect(refusal(port, scheduled('p/other', fault, 'a-1->b-1', [5000, 9000]))).toMatch(
      /on a-1->b-1 at the same time, and what one cuts hides what the other leaves/,
    );
  expect(refusal(port, scheduled('p/other', cutPort, 'a-1->b-1', [5000, 9000]))).toMatch(
    /what one cuts is cut already by the other/,
  );
  expect(refusal(port, scheduled('p/other', cut, 'b-1->a-1', [5000, 9000]))).toBeNull();
  expect(refusal(port, scheduled('p/other', cut, 'a-1->b-1', [6000, 9000]))).toBeNull();
});

describe('on a node that is evicted or replaced', () => {
  test.each<[string, Fault]>([
    ['evicted', spot],
    ['replaced', replacement],
  ])('nothing else can be while it is %s, and anything before and after', (_what, fault) => {
    const away = scheduled('p/away', fault, 'a-1', [1000, 9000]);
    expect(refusal(away, scheduled('p/other', freeze, 'a-1', [8000, 12_000]))).toMatch(
      /p\/away.*p\/other.*while it is away/,
    );
    expect(refusal(away, scheduled('p/other', kill, 'a-1:web', whole))).toMatch(/while it is away/);
    expect(refusal(away, scheduled('p/other', freeze, 'a-1', [9000, 12_000]))).toBeNull();
    expect(refusal(away, scheduled('p/other', delay(5), 'a-1->b-1', whole))).toBeNull();
  });

  test('no other can be taken away between the notice and the end', () => {
    const evicted = scheduled('p/away', { ...spot, noticeMs: 4000, graceMs: 1000 }, 'a-1', [1000, 9000]);
    const other = (startMs: number): ScheduledFault =>
      scheduled('p/other', powerLoss, 'b-1', [startMs, startMs + 2000]);
    expect(refusal(evicted, other(5999))).toMatch(
      /are on a-1 and b-1 at the same time, and no other node .* has gone \(6000 ms\)/,
    );
    expect(refusal(other(1000), evicted)).toMatch(/no other node/);
    expect(refusal(evicted, other(6000))).toBeNull();
    expect(refusal(other(500), evicted)).toBeNull();
    expect(refusal(evicted, scheduled('p/other', kill, 'b-1:web', [2000, 3000]))).toBeNull();
  });

  test('a clock cannot be changed, whenever', () => {
    const replaced = scheduled('p/away', replacement, 'a-1', [1000, 4000]);
    expect(refusal(replaced, scheduled('p/clock', jump, 'a-1', [8000, 12_000]))).toMatch(
      /"p\/away" and "p\/clock" are both on a-1, and .* no clock/,
    );
    expect(refusal(scheduled('p/clock', jump, 'b-1', [8000, 12_000]), replaced)).toBeNull();
    expect(
      refusal(
        scheduled('p/away', powerLoss, 'a-1', [1000, 4000]),
        scheduled('p/clock', jump, 'a-1', [8000, 12_000]),
      ),
    ).toBeNull();
  });
});

describe('of notices on one node', () => {
  test('each sort is there once at a time', () => {
    const first = scheduled('p/first', notice, 'a-1', [1000, 4000]);
    expect(refusal(first, scheduled('p/second', { ...notice, action: 'stop' }, 'a-1', [3000, 6000]))).toMatch(
      /both announce an interruption/,
    );
    expect(refusal(first, scheduled('p/second', notice, 'a-1', [4000, 6000]))).toBeNull();
    expect(refusal(first, scheduled('p/second', recommendation, 'a-1', [3000, 6000]))).toBeNull();
  });

  test('all are given by one service, which requires tokens or does not', () => {
    const strict = scheduled('p/strict', notice, 'a-1', [1000, 4000]);
    const lax: Fault = { ...notice, imdsv2: 'optional' };
    expect(refusal(strict, scheduled('p/lax', lax, 'a-1', [9000, 12_000]))).toMatch(
      /p\/strict.*p\/lax.*requires tokens/,
    );
    expect(refusal(strict, scheduled('p/lax', lax, 'b-1', [9000, 12_000]))).toBeNull();
  });
});

test('of two faults on one unit at one time one hides what the other does', () => {
  const killed = scheduled('p/killed', kill, 'a-1:web', [1000, 4000]);
  expect(refusal(killed, scheduled('p/stopped', stop, 'a-1:web', [3000, 6000]))).toMatch(
    /hides what the other does/,
  );
  expect(refusal(killed, scheduled('p/stopped', stop, 'a-1:web', [4000, 6000]))).toBeNull();
  expect(refusal(killed, scheduled('p/stopped', stop, 'a-2:web', [3000, 6000]))).toBeNull();
});

describe('of two faults of one account', () => {
  const nobodyLogsIn = scheduled('p/expired', { ...expired, account: 'tester' }, 'a-1', whole);
  const renumbered = scheduled('p/uid', otherUid, 'a-1', whole);
  const pathOf = (account: string): ScheduledFault => scheduled('p/mode', { ...mode, account }, 'a-1', whole);

  test.each<[string, ScheduledFault, ScheduledFault]>([
    ['a group', nobodyLogsIn, scheduled('p/group', group, 'a-1', whole)],
    ['rules for sudo', nobodyLogsIn, scheduled('p/sudo', sudo, 'a-1', whole)],
    ['a number', nobodyLogsIn, renumbered],
    ['what a mode lets it do', renumbered, pathOf('tester')],
  ])('one hides %s, whichever comes first', (_what, a, b) => {
    expect(refusal(a, b)).toMatch(/cannot log in as tester|depends on its uid/);
    expect(refusal(b, a)).toMatch(/cannot log in as tester|depends on its uid/);
  });

  test('another account has nothing to do with it', () => {
    expect(refusal(renumbered, pathOf('daemon'))).toBeNull();
  });
});

describe('in front of one disk', () => {
  const disk = 'a-1:/data';
  const slow = scheduled('p/slow', slowDisk(50), disk, whole);
  const hung = scheduled('p/hung', hungDisk, disk, [1000, 6000]);

  test.each<[string, ScheduledFault, ScheduledFault]>([
    ['a hanging call is not slow', slow, hung],
    [
      'two fail at one time',
      scheduled('p/a', failingDisk(2), disk, whole),
      scheduled('p/b', failingDisk(3), disk, whole),
    ],
    [
      'two rates are one',
      scheduled('p/a', diskRate(200_000), disk, whole),
      scheduled('p/b', diskRate(300_000), disk, whole),
    ],
    ['what is spoilt is not measured as slow', slow, scheduled('p/b', corruptDisk, disk, whole)],
    ['a full disk has no room to measure on', slow, scheduled('p/b', space(0), disk, whole)],
    ['what measures has a file open for writing', slow, scheduled('p/b', readOnly, disk, [1000, 5000])],
  ])('%s: refused, whichever comes first', (_what, a, b) => {
    expect(refusal(a, b)).toMatch(/ are on a-1:\/data at the same time, and /);
    expect(refusal(b, a)).toMatch(/ are on a-1:\/data at the same time, and /);
  });

  test.each<[string, ScheduledFault]>([
    ['what adds up', scheduled('p/b', slowDisk(20), disk, [1000, 6000])],
    ['a rate', scheduled('p/b', diskRate(200_000), disk, whole)],
    ['another disk', scheduled('p/b', failingDisk(1), 'a-1:/logs', whole)],
    ['a unit of the node', scheduled('p/b', kill, 'a-1:web', [1000, 6000])],
  ])('there may be, beside a slow one, %s', (_what, other) => {
    expect(refusal(slow, other)).toBeNull();
  });

  const killed = scheduled('p/killed', powerLoss, 'a-1', [20_000, 25_000]);

  test('there may be something before its node is killed, and after that', () => {
    expect(refusal(hung, killed)).toBeNull();
    expect(refusal(slow, killed)).toMatch(/while it is away/);
  });

  test.each<[string, ScheduledFault, RegExp | null]>([
    ['during the whole run', scheduled('p/lost', forgetfulDisk, disk, whole), null],
    [
      'from before it is killed until it is back',
      scheduled('p/lost', forgetfulDisk, disk, [9_000, 26_000]),
      null,
    ],
    ['until it is killed', scheduled('p/lost', forgetfulDisk, disk, [9_000, 25_000]), /while it is away/],
    ['from then on', scheduled('p/lost', forgetfulDisk, disk, [21_000, 26_000]), /while it is away/],
  ])('a disk may forget %s, or is refused', (_when, lost, why) => {
    for (const both of [refusal(lost, killed), refusal(killed, lost)])
      if (why === null) expect(both).toBeNull();
      else expect(both).toMatch(why);
  });

  test('a disk forgets nothing when its node is shut down in order', () => {
    const lost = scheduled('p/lost', forgetfulDisk, disk, whole);
    expect(refusal(lost, scheduled('p/down', reboot, 'a-1', [20_000, 40_000]))).toMatch(/while it is away/);
  });
});

describe('of one package on one node', () => {
  const on = (id: string, fault: Fault, window: readonly [number | null, number | null]): ScheduledFault =>
    scheduled(id, fault, 'node-1', window);
  const missing = { ...missingPackage, package: 'tzdata' };

  test('it cannot be missing and have another version, or have two others', () => {
    const why = /both set the package tzdata/;
    expect(refusal(on('p/a', otherVersion, whole), on('p/b', missing, whole))).toMatch(why);
    expect(
      refusal(on('p/a', otherVersion, whole), on('p/b', { ...otherVersion, version: '2026b' }, whole)),
    ).toMatch(why);
    const spelled = { ...otherProject, package: 'Pillow' };
    expect(refusal(on('p/a', otherProject, whole), on('p/b', spelled, whole))).toMatch(
      /both set the project pillow/,
    );
  });

  test('what dpkg knows is edited by one at a time, but for the whole run, and pip has nothing of it', () => {
    const why = /both edit \/var\/lib\/dpkg\/status/;
    expect(refusal(on('p/a', otherVersion, [1000, 9000]), on('p/b', missingPackage, whole))).toMatch(why);
    expect(refusal(on('p/a', otherVersion, whole), on('p/b', missingPackage, whole))).toBeNull();
    expect(refusal(on('p/a', otherProject, [1000, 9000]), on('p/b', otherVersion, whole))).toBeNull();
  });
});

describe('what hides another as it comes', () => {
  const link = 'a-1->b-1';
  const disk = 'a-1:/data';
  const of = (id: string, fault: Fault, window: readonly [number | null, number | null]): ScheduledFault =>
    scheduled(`p/${id}`, fault, fault.kind.startsWith('disk') ? disk : link, window);
  const cutOff = of('cut', cut, [2000, 8000]);

  test.each<[string, ScheduledFault, ScheduledFault]>([
    ['a delay and a cut during the whole run', of('cut', cut, whole), of('slow', delay(20), whole)],
    ['two cuts during the whole run', of('cut', cut, whole), of('again', cut, whole)],
    ['a delay that comes to a link that is cut', cutOff, of('slow', delay(20), [3000, 9000])],
    ['a cut of a port that comes to it', cutOff, of('port', cutPort, [2000, 9000])],
    ['a cut that comes to it', cutOff, of('again', cut, [7999, 9000])],
    ['a window on a link that is cut for good', of('cut', cut, whole), of('slow', delay(20), [3000, 9000])],
    ['more room on a disk that is full', of('full', space(0), whole), of('some', space(4096), whole)],
    [
      'as much room on a disk that is as full',
      of('full', space(0), [0, 9000]),
      of('some', space(0), [5000, 6000]),
    ],
  ])('is refused: %s', (_what, a, b) => {
    expect(refusal(a, b)).toMatch(/are on .* at the same time, and /);
    expect(refusal(b, a)).toMatch(/are on .* at the same time, and /);
  });

  test.each<[string, ScheduledFault, ScheduledFault]>([
    ['a cut that comes to a link that is slow', of('slow', delay(20), whole), cutOff],
    ['a cut that comes later', of('slow', delay(20), [1000, 9000]), cutOff],
    ['a delay that comes when it is healed', cutOff, of('slow', delay(20), [8000, 9000])],
    ['a disk that becomes fuller', of('some', space(4096), [0, 9000]), of('full', space(0), [5000, 6000])],
  ])('is not, where the other is seen: %s', (_what, a, b) => {
    expect(refusal(a, b)).toBeNull();
  });
});
