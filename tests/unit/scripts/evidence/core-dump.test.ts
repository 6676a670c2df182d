import { describe, expect, test } from '@jest/globals';
import {
  corePath,
  corePatternOf,
  crashes,
  crashSignal,
  whyNoCores,
  whyNotOf,
  type CorePattern,
} from '../../../../scripts/evidence/core-dump.ts';
import {
  blankRecord,
  withFindings,
  type ProcessRecord,
} from '../../../../scripts/evidence/process-record.ts';

const files = (pattern: string, withPid = false): CorePattern => ({ to: 'files', pattern, withPid });

test.each<[string, string, CorePattern]>([
  ['core\n', '0\n', files('core')],
  ['core', '1', files('core', true)],
  ['core.%p', '1', files('core.%p')],
  ['100%%p', '1', files('100%%p', true)],
  [
    '|/usr/lib/systemd/systemd-coredump %P',
    '0',
    { to: 'program', program: '/usr/lib/systemd/systemd-coredump %P' },
  ],
  ['@/run/core.socket', '0', { to: 'program', program: '@/run/core.socket' }],
  ['\n', '0', { to: 'nowhere' }],
])('a host whose core_pattern is %j', (pattern, usesPid, expected) => {
  expect(corePatternOf(pattern, usesPid)).toEqual(expected);
});

test('where a host keeps cores to itself, it is said what would let them be had', () => {
  expect(whyNoCores(files('core'))).toBeNull();
  expect(whyNoCores({ to: 'program', program: '/usr/bin/apport' })).toMatch(
    /hands cores to a program of the host \(\/usr\/bin\/apport\); with "sysctl kernel\.core_pattern=core"/,
  );
  expect(whyNoCores({ to: 'nowhere' })).toMatch(/core_pattern is empty/);
});

describe('the file of a core', () => {
  const who = { pid: 71, cwd: '/srv/work', uid: 2001 };
  const of = (
    pattern: string,
    withPid = false,
    record: Pick<ProcessRecord, 'pid' | 'cwd' | 'uid'> = who,
  ): unknown => corePath({ to: 'files', pattern, withPid }, record);

  test('is in the folder of who crashed, or where the host says', () => {
    expect(of('core')).toEqual({ path: '/srv/work/core' });
    expect(of('core', true, { ...who, cwd: '/' })).toEqual({ path: '/core.71' });
    expect(of('/var/crash/%u-%p.100%%')).toEqual({ path: '/var/crash/2001-71.100%' });
  });

  test('is not known where its name is not', () => {
    expect(of('core.%e')).toEqual({ why: expect.stringContaining('%e') });
    expect(of('core', false, { ...who, cwd: null })).toEqual({ why: 'its folder is not known' });
    expect(of('core', false, { ...who, pid: null })).toEqual({ why: 'its number is not known' });
  });
});

test('who was ended from outside did not crash, and of nodes that keep no cores nobody is looked at', () => {
  const ended = (node: string, signal: string): ProcessRecord =>
    withFindings(blankRecord({ id: `${node}/${signal}`, kind: 'unit', name: 'u', node }, 'not looked at'), {
      signal: { value: signal, source: 'journal' },
    });
  const all = [ended('a', 'SIGSEGV'), ended('a', 'SIGKILL'), ended('a', 'SIGABRT'), ended('b', 'SIGSEGV')];
  expect(crashes(all, new Set(['a'])).map(({ id }) => id)).toEqual(['a/SIGSEGV', 'a/SIGABRT']);
});

test('an entrypoint whose code is 128 and the number of such a signal may have crashed; a unit’s code is its own', () => {
  const ended = (kind: ProcessRecord['kind'], code: number): ProcessRecord =>
    withFindings(blankRecord({ id: `${kind}/${code}`, kind, name: 'n', node: 'a' }, 'not looked at'), {
      code: { value: code, source: 'engine: die event' },
    });
  const all = [
    ended('entrypoint', 139),
    ended('entrypoint', 137),
    ended('entrypoint', 3),
    ended('unit', 139),
  ];
  const crashed = crashes(all, new Set(['a']));
  expect(crashed.map((one) => [one.id, crashSignal(one)])).toEqual([['entrypoint/139', 'SIGSEGV']]);
});

describe('a file at the path of a core', () => {
  const record = { uid: 1000, start: '2026-11-30T12:00:00.000Z', exit: '2026-11-30T12:00:10.500Z' };
  const written = (at: string, uid = 1000): { uid: number; writtenMs: number } => ({
    uid,
    writtenMs: Date.parse(`2026-11-30T12:${at}.000Z`),
  });

  test('is of the process that ran and ended when it was written, by its account', () => {
    expect(whyNotOf(record, written('00:10'))).toBe('');
    expect(whyNotOf({ ...record, exit: null }, written('30:00'))).toBe('');
    expect(whyNotOf({ ...record, uid: null }, written('00:10', 7))).toBe('');
  });

  test('is not of one of another account, which the kernel does not write over, nor of one that ran before or after', () => {
    expect(whyNotOf(record, written('00:10', 7))).toBe('is of uid 7, and who crashed was 1000');
    expect(whyNotOf(record, written('00:20'))).toMatch(/was written at .*, when this process did not run/);
    expect(whyNotOf({ ...record, start: '2026-11-30T12:00:09.000Z' }, written('00:05'))).not.toBe('');
  });
});
