import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../infra/places.ts';
import { ScheduleEntry } from '../../../scripts/evidence/schedule-record.ts';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';
import { rehearsal } from '../../support/understudy.ts';

const folder = join(packageRoot, 'tests/support/clusters/eventful');
const cluster = join(folder, 'cluster.yaml');

test('a fault comes when what it waits for happens, and the schedule says when, where and by which line', async () => {
  const { verdict } = await rehearsal([
    cluster,
    '--profile',
    join(folder, 'profile.yaml'),
    '--control',
    'never',
  ]);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  expect(verdict.receipts).toHaveLength(6);
  const seen = scheduleOf(verdict).map(({ id, event }) => ({
    ...{ id: id.replace('eventful/', ''), node: event?.node, line: event?.line },
  }));
  expect(seen).toEqual([
    { id: 'on-a-suite', node: null, line: '' },
    { id: 'on-a-step', node: null, line: 'step two begins' },
    { id: 'on-output', node: 'left-1', line: 'the leader is left-1' },
    { id: 'on-a-file', node: 'right-1', line: '' },
    { id: 'on-a-port', node: 'right-1', line: '' },
    { id: 'on-a-journal', node: 'machine-1', line: 'elected: machine-1' },
  ]);
  for (const { id, event, planned, realised } of scheduleOf(verdict)) {
    const { injectedAtMs, healedAtMs } = realised;
    const lateMs = (injectedAtMs ?? NaN) - (event?.atMs ?? NaN);
    expect(lateMs).toBeGreaterThanOrEqual((id.endsWith('step') ? 200 : 0) - 5);
    expect(lateMs).toBeLessThan(3_000);
    expect((healedAtMs ?? NaN) - (event?.atMs ?? NaN)).toBeGreaterThanOrEqual(2_400);
    // No moment of the run is in what a replay goes by.
    expect(planned.startMs).toBeLessThanOrEqual(400);
  }
});

test('a fault whose event does not come makes the run invalid, by its time or when the suites end', async () => {
  const { exitCode, verdict } = await rehearsal([
    ...[cluster, '--profile', join(folder, 'in-vain.yaml'), '--suite', 'opens', '--control', 'never'],
  ]);
  expect({ exitCode, verdict: verdict.verdict, residue: verdict.residue }).toEqual({
    ...{ exitCode: 2, verdict: 'invalid', residue: [] },
  });
  const said = verdict.why.join('\n');
  expect(said).toContain(
    'in-vain/never: it was to come when /no/such/file is there on left, which had not happened when the suites ended',
  );
  expect(said).toContain(
    'in-vain/too-late: it was to come when the log of left has a line that matches leader is, which had not happened 300 ms after the first suite began',
  );
  expect(scheduleOf(verdict).map(({ event }) => event?.atMs)).toEqual([null, null]);
});

function scheduleOf({ runFolder }: Verdict): readonly z.infer<typeof ScheduleEntry>[] {
  return z.array(ScheduleEntry).parse(JSON.parse(readFileSync(join(runFolder, 'schedule.json'), 'utf8')));
}
