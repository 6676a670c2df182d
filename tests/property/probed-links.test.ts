import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawFor } from '../../infra/plan/seed.ts';
import { linkText, nodesOf } from '../../infra/plan/target.ts';
import {
  areProbedAtOnce,
  bystandersOf,
  probedLinks,
  roundsOf,
} from '../../scripts/faults/network/probed-links.ts';
import { cut } from '../support/faults.ts';

const nodes = fc
  .integer({ min: 2, max: 60 })
  .map((count) => Array.from({ length: count }, (_, at) => `node-${at + 1}`));
const pairs = (names: readonly string[]): readonly string[] =>
  names.flatMap((from) => names.filter((to) => to !== from).map((to) => linkText(from, to)));
const asked = nodes.chain((names) =>
  fc.tuple(fc.constant(names), fc.subarray([...pairs(names)].slice(0, 30)), fc.nat()),
);
const chosen = ([names, targets, seed]: readonly [readonly string[], readonly string[], number]) =>
  probedLinks(
    names,
    [
      {
        id: 'p/f',
        profile: 'p',
        fault: cut,
        targets: [...targets, 'node-1:/disk', 'node-1'],
        startMs: null,
        endMs: null,
      },
    ],
    drawFor(seed, 'bystanders'),
  );

describe('the links that are probed', () => {
  test('are all of them up to ten nodes, and above that those of faults and as many beside them as ten nodes have', () => {
    fc.assert(
      fc.property(asked, (one) => {
        const [names, targets] = one;
        const { links, of } = chosen(one);
        const all = pairs(names);
        expect(of).toBe(all.length);
        expect(new Set(links).size).toBe(links.length);
        expect(new Set([...all, ...links]).size).toBe(all.length);
        expect(targets.filter((one) => !links.includes(one))).toEqual([]);
        const sampled = Math.min(all.length, targets.length + 90);
        expect(links).toHaveLength(names.length <= 10 ? all.length : sampled);
      }),
      { numRuns: 30 },
    );
  });

  test('beside those of a fault are never its own, never more than ten nodes have, and first those that no fault is ever on', () => {
    fc.assert(
      fc.property(asked, fc.nat(), (one, many) => {
        const probed = chosen(one);
        const targets = probed.links.slice(0, many % (probed.links.length + 1));
        const beside = bystandersOf(probed, targets);
        expect(beside.filter((link) => targets.includes(link) || !probed.links.includes(link))).toEqual([]);
        expect(new Set(beside).size).toBe(beside.length);
        expect(beside).toHaveLength(Math.min(90, probed.links.length - targets.length));
        const free = probed.beside.filter((link) => !targets.includes(link));
        expect(beside.slice(0, free.length)).toEqual(free.slice(0, 90));
        expect(areProbedAtOnce(beside)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('are the same for the same seed, and in the end any of them', () => {
    fc.assert(
      fc.property(asked, (one) => {
        expect(chosen(one)).toEqual(chosen(one));
      }),
      { numRuns: 20 },
    );
    const names = Array.from({ length: 12 }, (_, at) => `node-${at + 1}`);
    const seen = new Set(Array.from({ length: 60 }, (_, seed) => chosen([names, [], seed]).links).flat());
    expect(seen.size).toBe(12 * 11);
  });

  test('are probed in rounds of at most 110, each of them once, and both ways between two nodes in the same', () => {
    const some = nodes.chain((names) => fc.shuffledSubarray([...pairs(names)]));
    fc.assert(
      fc.property(some, (links) => {
        const rounds = roundsOf(links);
        expect(rounds.flat().sort()).toEqual([...links].sort());
        expect(Math.max(0, ...rounds.map(({ length }) => length))).toBeLessThanOrEqual(110);
        const roundOf = (link: string): number => rounds.findIndex((round) => round.includes(link));
        for (const link of links.slice(0, 50)) {
          const [from = '', to = ''] = nodesOf(link);
          const back = linkText(to, from);
          if (links.includes(back)) expect(roundOf(back)).toBe(roundOf(link));
        }
      }),
      { numRuns: 30 },
    );
  });
});
