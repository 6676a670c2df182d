import { expect, test } from '@jest/globals';
import type { Moment } from '../../leases/moment.ts';
import { resumed, summary, withMoment } from '../../leases/result.ts';

const machine = { cores: 2, processor: 'p', memoryMiB: 1, kernel: 'k', engine: 'e', node: 'n' };
const moment: Moment = {
  ...{ number: 2, afterMs: 5, inForce: ['node-kill'], tookMs: 900, left: [] },
  ...{ dies: 'controller', at: '2026-11-30T00:00:00.000Z' },
};
const one = withMoment(resumed(null, 'c', machine), moment);

test('what is stored of this commit on this machine goes on', () => {
  expect(resumed(one, 'c', machine).moments).toEqual([moment]);
  expect(resumed(one, 'c', { ...machine, cores: 4 }).moments).toEqual([]);
  expect(summary(one)).toContain('controller killed: nothing left within 30 s in 1 of 1');
});

test('what another commit stored in another shape is begun anew, and says what is sampled now', () => {
  const anew = resumed({ commit: 'b', moments: [{ number: 1 }] }, 'c', machine);
  expect(anew).toMatchObject({ commit: 'c', moments: [] });
  expect(anew.sampled).toMatch(
    /of all where the controller alone is killed, of those that heal by themselves/,
  );
});
