import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shapeLinks } from '../../infra/plan/network-shape.ts';
import { drawFor } from '../../infra/plan/seed.ts';
import type { NetworkShape } from '../../infra/spec/faults/targets.ts';

const names = fc
  .integer({ min: 1, max: 12 })
  .map((count) => Array.from({ length: count }, (_, at) => `n${at + 1}`));
const seed = fc.nat();
const asked = (shape: NetworkShape['shape'], more: Partial<NetworkShape> = {}): NetworkShape => ({
  shape,
  among: '*',
  count: 1,
  way: 'both',
  ...more,
});
const cut = (shape: NetworkShape, nodes: readonly string[], from: number): ReadonlySet<string> =>
  new Set(shapeLinks(shape, nodes, drawFor(from, 'x')));

/** Nodes that reach each other, both ways and over others too, once these links are cut. */
function groups(nodes: readonly string[], without: ReadonlySet<string>): readonly (readonly string[])[] {
  const joined = (a: string, b: string): boolean => !without.has(`${a}->${b}`) && !without.has(`${b}->${a}`);
  const left = new Set(nodes);
  const found: string[][] = [];
  for (const node of nodes) {
    if (!left.delete(node)) continue;
    const group = [node];
    for (const one of group)
      for (const other of left)
        if (joined(one, other)) {
          left.delete(other);
          group.push(other);
        }
    found.push(group);
  }
  return found;
}
const sizes = (nodes: readonly string[], without: ReadonlySet<string>): readonly number[] =>
  groups(nodes, without)
    .map(({ length }) => length)
    .sort((a, b) => a - b);
/** How many others each node still reaches directly, both ways. */
const neighbours = (nodes: readonly string[], without: ReadonlySet<string>): readonly number[] =>
  nodes.map(
    (node) =>
      nodes.filter(
        (other) => other !== node && !without.has(`${node}->${other}`) && !without.has(`${other}->${node}`),
      ).length,
  );

describe('what is left of a network', () => {
  test('without a minority: two parts, of which it is the smaller', () => {
    fc.assert(
      fc.property(names, seed, (nodes, from) => {
        const minority = Math.floor((nodes.length - 1) / 2);
        expect(sizes(nodes, cut(asked('minority'), nodes, from))).toEqual(
          minority === 0 ? [nodes.length] : [minority, nodes.length - minority],
        );
      }),
    );
  });

  test('of halves: two, as equal as they can be', () => {
    fc.assert(
      fc.property(names, seed, (nodes, from) => {
        const half = Math.floor(nodes.length / 2);
        expect(sizes(nodes, cut(asked('halves'), nodes, from))).toEqual(
          half === 0 ? [1] : [half, nodes.length - half],
        );
      }),
    );
  });

  test('of a bridge: all of it over one node, which reaches everybody, and two halves without that', () => {
    fc.assert(
      fc.property(
        names.filter(({ length }) => length > 2),
        seed,
        (nodes, from) => {
          const without = cut(asked('bridge'), nodes, from);
          expect(sizes(nodes, without)).toEqual([nodes.length]);
          const reached = neighbours(nodes, without);
          expect(Math.max(...reached)).toBe(nodes.length - 1);
          const bridge = nodes[reached.indexOf(nodes.length - 1)];
          const others = nodes.filter((one) => one !== bridge);
          const half = Math.floor(others.length / 2);
          expect(sizes(others, without)).toEqual([half, others.length - half]);
        },
      ),
    );
  });

  test('of a ring: each node reaches two others, and the ring is whole', () => {
    fc.assert(
      fc.property(
        names.filter(({ length }) => length > 3),
        seed,
        (nodes, from) => {
          const without = cut(asked('ring'), nodes, from);
          expect(neighbours(nodes, without)).toEqual(nodes.map(() => 2));
          expect(sizes(nodes, without)).toEqual([nodes.length]);
        },
      ),
    );
  });

  test('of isolation: as many nodes as were asked for reach nobody, and the others each other', () => {
    fc.assert(
      fc.property(names, seed, fc.integer({ min: 1, max: 14 }), (nodes, from, count) => {
        const alone = Math.min(count, nodes.length);
        const rest = nodes.length - alone;
        expect(sizes(nodes, cut(asked('isolate', { count }), nodes, from))).toEqual([
          ...Array.from({ length: alone }, () => 1),
          ...(rest > 0 ? [rest] : []),
        ]);
      }),
    );
  });
});

test('one way and the other together are both ways, and neither is in the other', () => {
  const shape = fc.constantFrom<NetworkShape['shape'][]>('minority', 'halves', 'bridge');
  fc.assert(
    fc.property(shape, names, seed, (one, nodes, from) => {
      const [into, out, both] = (['in', 'out', 'both'] as const).map((way) =>
        cut(asked(one, { way }), nodes, from),
      );
      expect(new Set([...(into ?? []), ...(out ?? [])])).toEqual(both);
      expect([...(into ?? [])].filter((link) => out?.has(link))).toEqual([]);
    }),
  );
});

test('no link leads from a node to itself, whatever the shape; the same seed picks the same parts', () => {
  const shape = fc.constantFrom<NetworkShape['shape'][]>('isolate', 'minority', 'halves', 'bridge', 'ring');
  fc.assert(
    fc.property(shape, names, seed, (one, nodes, from) => {
      const links = [...cut(asked(one), nodes, from)];
      expect(links.filter((link) => /^(.*)->\1$/.test(link))).toEqual([]);
      expect([...cut(asked(one), nodes, from)]).toEqual(links);
    }),
  );
});
