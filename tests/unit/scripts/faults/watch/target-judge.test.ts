import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { DiskReading } from '../../../../../scripts/faults/disk/disk-readings.ts';
import { diskMeaning } from '../../../../../scripts/faults/disk/disk-targets.ts';
import { targetJudge } from '../../../../../scripts/faults/watch/target-judge.ts';
import { space } from '../../../../support/faults.ts';

const target = 'a:/data';
const full: ScheduledFault = {
  ...{ id: 'p/full', profile: 'p', fault: space(0), targets: [target], startMs: null, endMs: null },
};
const empty: DiskReading = {
  ...{ freeBytes: 16_777_216, freeInodes: 4000, writeError: '', createError: '', residentError: null },
};
const nothing = new Map<string, DiskReading>();
const one = new Map([[target, empty]]);

test.each([
  ['while it was in force', one, nothing, 'nothing could be read there while it was in force'],
  ['before it came', nothing, one, 'nothing could be read there before it came'],
])('what could not be read %s is told as that, not as a measurement', (_when, before, during, why) => {
  const measurement = { baseline: one, before, during, touched: new Set([target]), after: nothing };
  const judge = targetJudge(diskMeaning, new Map([[full.id, measurement]]));
  expect(judge.judged(full, target)).toMatchObject({ ok: false, why });
});

test('a disk that was read and is not full is told with what was read', () => {
  const measurement = { baseline: one, before: one, during: one, touched: new Set([target]), after: one };
  const judge = targetJudge(diskMeaning, new Map([[full.id, measurement]]));
  expect(judge.judged(full, target).why).toContain('16777216 bytes were free');
});
