import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import { InForce } from '../../../../../scripts/faults/watch/in-force.ts';
import { cut } from '../../../../support/faults.ts';

const on = (id: string, ...targets: readonly string[]): ScheduledFault => ({
  id,
  profile: 'p',
  fault: cut,
  targets,
  startMs: null,
  endMs: null,
});

test('what is looked at knows every target that a fault was on meanwhile: from the start, or since, or no longer', async () => {
  const inForce = new InForce();
  const [early, late, after] = [on('early', 'a->b'), on('late', 'b->c', 'c->b'), on('after', 'c->a')];
  inForce.begin(early);
  const { result, touched } = await inForce.watching(async () => {
    inForce.end(early);
    inForce.begin(late);
    return Promise.resolve(inForce.on('b->c'));
  });
  inForce.begin(after);
  expect(result).toEqual([late]);
  expect([...touched].sort()).toEqual(['a->b', 'b->c', 'c->b']);
  expect(inForce.on('a->b')).toEqual([]);
});
