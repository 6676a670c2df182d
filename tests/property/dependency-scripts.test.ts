import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Cluster } from '../../infra/spec/cluster.ts';
import { dependencyProblems } from '../../infra/spec/dependency-problems.ts';
import type { Path } from '../../infra/spec/document.ts';

/** Of few letters and short, so that many of them begin alike. */
const requests = fc.array(fc.stringMatching(/^[ab]{0,3}$/), { minLength: 1, maxLength: 5 });

function refused(tos: readonly string[], more: object = {}): readonly Path[] {
  const answers = tos.map((to) => ({ to, answer: 'x' }));
  const cluster = Cluster.parse({
    name: 'c',
    roles: { a: { image: './a', init: 'image' } },
    dependencies: { d: { protocol: 'tcp', ports: [{ port: 1, answers, ...more }] } },
  });
  const paths: Path[] = [];
  dependencyProblems(cluster, (path) => paths.push(path));
  return paths;
}

test('a script without ends is taken exactly where no request begins with another one, so that pieces never matter', () => {
  fc.assert(
    fc.property(requests, (tos) => {
      const beginsAlike = tos.some((to, at) =>
        tos.some((other, index) => index !== at && to.startsWith(other)),
      );
      expect(refused(tos).length > 0).toBe(beginsAlike || tos.includes(''));
    }),
  );
});

test('with ends only what is answered twice is refused, where it is the second time', () => {
  fc.assert(
    fc.property(requests, (tos) => {
      const twice = tos.flatMap((to, at) => (tos.indexOf(to) === at ? [] : [at]));
      const at = refused(tos, { ends: '\n' }).map((path) => path.at(-2));
      expect(at).toEqual(twice);
    }),
  );
});
