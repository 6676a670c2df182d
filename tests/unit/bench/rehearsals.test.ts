import { expect, test } from '@jest/globals';
import { partsOf } from '../../bench/rehearsals.ts';

test('the parts of a rehearsal add up to the whole', () => {
  const beganAt = Date.parse('2026-11-25T00:00:00.000Z');
  const parts = partsOf(
    { provision: 2000, teardown: 300 },
    [
      { type: 'run', at: '2026-11-25T00:00:01.000Z', ms: 0, runId: 'x', command: [] },
      {
        type: 'phase.end',
        at: '2026-11-25T00:00:03.700Z',
        ms: 2700,
        phase: 'teardown',
        ok: true,
        why: '',
      },
    ],
    beganAt,
    4200,
  );
  expect(parts).toEqual({
    'before the run': 1000,
    provision: 2000,
    teardown: 300,
    'between phases, Pulumi’s end among it': 400,
    'report and end': 500,
  });
  expect(Object.values(parts).reduce((sum, ms) => sum + ms, 0)).toBe(4200);
});
