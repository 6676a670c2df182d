import { describe, expect, test } from '@jest/globals';
import {
  labelledExpiryMs,
  reapReason,
  watcherAtWork,
  type Lease,
} from '../../../../scripts/teardown/lease.ts';
import type { HostProcess, ProcessTable } from '../../../../scripts/teardown/process-table.ts';

const nowMs = Date.parse('2026-11-24T12:00:00Z');
const holder: HostProcess = { host: 'build-1', bootId: 'boot-a', pid: 4711, startTime: '900' };
const watcher: HostProcess = { ...holder, pid: 4712, startTime: '905' };

const lease: Lease = {
  schema: 1,
  runId: '20261124-110305-a1b2c3',
  stack: 'run-20261124-110305-a1b2c3',
  owner: 'owner',
  cluster: 'thumbnails',
  engine: 'unix:///var/run/docker.sock',
  holder,
  watcher,
  kept: false,
  reason: '',
  created: '2026-11-24T11:03:05.000Z',
  expires: null,
  runFolder: null,
};

function machine(
  running: Readonly<Record<number, string>>,
  host = 'build-1',
  bootId = 'boot-a',
): ProcessTable {
  return { host, bootId, startTimeOf: (pid) => running[pid] ?? null };
}

describe('a run may be reaped', () => {
  test('when its holder no longer runs', () => {
    expect(reapReason(lease, nowMs, machine({}))).toBe('holder-dead');
  });

  test('when another process has the holder’s pid by now', () => {
    expect(reapReason(lease, nowMs, machine({ 4711: '31415' }))).toBe('holder-dead');
  });

  test('when the machine was started again, even if pid and start time happen to be in use', () => {
    expect(reapReason(lease, nowMs, machine({ 4711: '900' }, 'build-1', 'boot-b'))).toBe('holder-dead');
  });

  test('when its lease has expired, kept or held as it may be', () => {
    const expired = { ...lease, kept: true, expires: '2026-11-24T12:00:00.000Z' };
    expect(reapReason(expired, nowMs, machine({ 4711: '900' }))).toBe('expired');
  });
});

describe('a run may not be reaped', () => {
  test('while its holder runs', () => {
    expect(reapReason(lease, nowMs, machine({ 4711: '900' }))).toBeNull();
  });

  test('while it is kept, though its holder has long ended', () => {
    const kept = { ...lease, kept: true, expires: '2026-11-24T12:00:01.000Z' };
    expect(reapReason(kept, nowMs, machine({}))).toBeNull();
  });

  test('when its holder lives on another machine, which cannot be asked', () => {
    expect(reapReason(lease, nowMs, machine({}, 'build-2', 'boot-z'))).toBeNull();
  });

  test('when it never had a holder and has not expired', () => {
    expect(reapReason({ ...lease, holder: null }, nowMs, machine({}))).toBeNull();
  });
});

describe('the watcher goes before any reaper', () => {
  test('from its controller’s death to its own end', () => {
    expect(watcherAtWork(lease, machine({ 4712: '905' }))).toBe(true);
    expect(watcherAtWork(lease, machine({}))).toBe(false);
    expect(watcherAtWork(lease, machine({ 4711: '900', 4712: '905' }))).toBe(false);
  });
});

describe('expiry by labels', () => {
  test('is creation plus the longest life, in milliseconds', () => {
    const labels = { 'dev.understudy.created': '2026-11-24T11:00:00Z', 'dev.understudy.maxttl': '3600000' };
    expect(labelledExpiryMs(labels)).toBe(nowMs);
  });

  test.each([
    ['no limit', { 'dev.understudy.created': '2026-11-24T11:00:00Z' }],
    ['an empty limit', { 'dev.understudy.created': '2026-11-24T11:00:00Z', 'dev.understudy.maxttl': '' }],
    ['no creation', { 'dev.understudy.maxttl': '1000' }],
    [
      'a limit that is no number',
      { 'dev.understudy.created': '2026-11-24T11:00:00Z', 'dev.understudy.maxttl': '8h' },
    ],
  ])('is never with %s', (_, labels) => {
    expect(labelledExpiryMs(labels)).toBeNull();
  });
});
