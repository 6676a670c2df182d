import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nodesOf, parseTarget, targetText, type Target } from '../../../../infra/plan/target.ts';

const node = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}-[1-9]$/);
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ on: fc.constant('link' as const), from: node, to: node }),
  fc.record({ on: fc.constant('disk' as const), node, path: fc.stringMatching(/^\/[\x20-\x7e]{0,20}$/) }),
  fc.record({
    on: fc.constant('unit' as const),
    node,
    unit: fc.stringMatching(/^[A-Za-z0-9_.\\@-][A-Za-z0-9:_.\\@-]{0,20}$/),
  }),
  fc.record({
    on: fc.constant('route' as const),
    node,
    route: fc.stringMatching(/^(GET|POST|DELETE) \/[A-Za-z0-9._~/%@!$&'()+,;=:-]{0,12}\*?$/),
  }),
  fc.record({ on: fc.constant('name' as const), node, name: fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/) }),
  fc.record({ on: fc.constant('node' as const), node }),
);

test('a target comes back from its text as it was, and names its nodes', () => {
  fc.assert(
    fc.property(target, (one) => {
      expect(parseTarget(targetText(one))).toEqual(one);
      expect(nodesOf(targetText(one))).toEqual(one.on === 'link' ? [one.from, one.to] : [one.node]);
    }),
  );
});
