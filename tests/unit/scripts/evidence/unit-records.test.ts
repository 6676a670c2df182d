import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { InvocationReader, type Invocation } from '../../../../scripts/evidence/invocations.ts';
import { journalEntry, type JournalEntry } from '../../../../scripts/evidence/journal.ts';
import {
  blankRecord,
  withFindings,
  type ProcessRecord,
} from '../../../../scripts/evidence/process-record.ts';
import { unitRecordId, unitRecords } from '../../../../scripts/evidence/unit-records.ts';

/** Recorded on a node of Debian 12 (systemd 252) that was looked at for four seconds. */
const entries = readFileSync(new URL('samples/units.journal.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .map(journalEntry)
  .filter((entry) => entry !== null);
const units = ['boom.service', 'clean.service', 'forks.service', 'brief.service', 'redis-server.service'];
const invocations = invocationsOf(entries, units);
const records = unitRecords({ node: 'worker-9', invocations, live: [], nodeRuns: true });
const of = (unit: string): readonly ProcessRecord[] => records.filter(({ name }) => name === unit);
const first = (unit: string): Invocation => {
  const found = invocations.find((one) => one.unit === unit);
  if (found === undefined) throw new Error(`the sample has no ${unit}`);
  return found;
};

function invocationsOf(of: readonly JournalEntry[], named: readonly string[]): readonly Invocation[] {
  const reader = new InvocationReader(named);
  for (const entry of of) reader.take(entry);
  return reader.found;
}

test('each start of a unit is a record, and a unit that was killed and came back has two', () => {
  expect(Object.fromEntries(units.map((unit) => [unit, of(unit).length]))).toEqual({
    'boom.service': 3,
    'clean.service': 3,
    'forks.service': 1,
    'brief.service': 1,
    'redis-server.service': 2,
  });
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  expect(of('redis-server.service')[0]).toMatchObject({
    signal: 'SIGKILL',
    code: null,
    exit: '2026-11-25T00:57:03.268Z',
    sources: { signal: 'journal: systemd on the end of its main process' },
    absent: { code: 'a signal ended it' },
  });
});

test('a unit that fell has its exit code and the last traceback of that start', () => {
  expect(of('boom.service')[0]).toMatchObject({
    code: 1,
    signal: null,
    hostName: 'worker-9',
    exception: { language: 'python', type: 'RuntimeError', message: 'could not render' },
  });
});

test('a clean end has a time, but no code that nobody saw', () => {
  const [clean] = of('clean.service');
  expect(clean).toMatchObject({ exit: '2026-11-25T00:57:02.587Z', code: null, signal: null });
  expect(clean?.absent.code).toContain('without a code');
});

test('what nobody saw while it ran is null with that reason, not taken from elsewhere', () => {
  for (const record of records) {
    expect(record).toMatchObject({ environment: null, argv: null, cwd: null, pid: null });
    expect(record.absent.environment).toBe('nobody saw the process while it ran');
  }
});

test('what was seen live stays, and the journal completes it', () => {
  const { id: invocation } = first('boom.service');
  const seen = withFindings(
    blankRecord(
      {
        id: unitRecordId('worker-9', 'boom.service', invocation),
        kind: 'unit',
        name: 'boom.service',
        node: 'worker-9',
      },
      'not known yet',
    ),
    {
      pid: { value: 43, source: '/proc' },
      start: { value: '2026-11-25T00:57:01.897Z', source: 'systemctl show' },
      environment: { value: { APP_MODE: 'dev' }, source: '/proc/PID/environ' },
    },
  );
  const completed = unitRecords({ node: 'worker-9', invocations, live: [seen], nodeRuns: true });
  expect(completed).toHaveLength(records.length);
  expect(completed.find(({ id }) => id === seen.id)).toMatchObject({
    start: '2026-11-25T00:57:01.897Z',
    environment: { APP_MODE: 'dev' },
    code: 1,
    sources: { start: 'systemctl show', code: 'journal: systemd on the end of its main process' },
  });
});

test('argv that its program has written over is what journald read of the same process at its first line', () => {
  const { id: invocation } = first('redis-server.service');
  const seen = withFindings(
    blankRecord(
      {
        id: unitRecordId('worker-9', 'redis-server.service', invocation),
        kind: 'unit',
        name: 'redis-server.service',
        node: 'worker-9',
      },
      'not known yet',
    ),
    { pid: { value: 38, source: 'systemctl show' } },
  );
  const [redis] = unitRecords({ node: 'worker-9', invocations, live: [seen], nodeRuns: true }).filter(
    ({ id }) => id === seen.id,
  );
  expect(redis?.argv).toEqual([
    '/usr/bin/redis-server',
    '/etc/redis/redis.conf',
    '--supervised',
    'systemd',
    '--daemonize',
    'no',
  ]);
  expect(redis?.sources.argv).toContain('journal: _CMDLINE');
});

test('a start whose node died has no end that nobody noted', () => {
  const cut = entries.slice(
    0,
    entries.findIndex((entry) => entry['EXIT_CODE'] !== undefined),
  );
  const died = unitRecords({
    node: 'worker-9',
    invocations: invocationsOf(cut, ['boom.service']),
    live: [],
    nodeRuns: false,
  });
  expect(died).toHaveLength(1);
  expect(died[0]).toMatchObject({ exit: null, code: null, signal: null });
  expect(died[0]?.absent.exit).toBe('its node ended before systemd noted an end');
});

test('without a journal, what was seen live is all there is', () => {
  const seen = blankRecord({ id: 'n/u/1', kind: 'unit', name: 'u', node: 'n' }, 'not known yet');
  expect(unitRecords({ node: 'n', invocations: [], live: [seen], nodeRuns: false })).toEqual([seen]);
});
