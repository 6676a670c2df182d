import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { bindRun } from '../../infra/plan/bind.ts';
import { canonicalJson } from '../../infra/plan/canonical.ts';
import { hashesOf, withoutFaults } from '../../infra/plan/plan-cluster.ts';
import { readDocument } from '../../infra/spec/document.ts';
import type { Fault } from '../../infra/spec/fault.ts';
import { Cluster } from '../../infra/spec/cluster.ts';
import { semanticProblems } from '../../infra/spec/semantics.ts';
import { nodeCount, planOf, profiles, rawSpec, reordered, seed, type RawSpec } from './arbitrary-spec.ts';

/** Profiles hit every link: with one node there is none, and such a spec is refused. */
const spec = rawSpec.filter((raw) => nodeCount(raw) > 1);
const asked = fc.tuple(spec, profiles, seed);

test('every spec that is generated here is one that the reader accepts, and comes back from YAML as it was', () => {
  fc.assert(
    fc.property(rawSpec, (raw) => {
      const document = readDocument('spec.yaml', new TextEncoder().encode(stringify(raw)));
      expect(document.problems).toEqual([]);
      expect(document.value).toEqual(raw);
      expect(semanticProblems(document, Cluster.parse(document.value))).toEqual([]);
    }),
  );
});

describe('a plan', () => {
  test('of equal spec, profiles and seed has equal bytes, in whatever order keys and profiles stand', () => {
    fc.assert(
      fc.property(asked, ([raw, chosen, drawn]) => {
        const bytes = canonicalJson(planOf(raw, chosen, drawn));
        expect(canonicalJson(planOf(raw, chosen, drawn))).toBe(bytes);
        expect(canonicalJson(planOf(raw, [...chosen].reverse(), drawn))).toBe(bytes);
        expect(canonicalJson(planOf(asSpec(reordered(raw)), chosen, drawn))).toBe(bytes);
      }),
    );
  });

  test('with another seed differs in seed and schedule alone', () => {
    fc.assert(
      fc.property(asked, seed, ([raw, chosen, drawn], other) => {
        const [a, b] = [planOf(raw, chosen, drawn), planOf(raw, chosen, other)];
        expect({ ...b, seed: a.seed, schedule: a.schedule }).toEqual(a);
        expect(hashesOf(a).controlHash).toBe(hashesOf(b).controlHash);
        expect(hashesOf(a).planHash === hashesOf(b).planHash).toBe(drawn === other);
        expect(hashesOf(a).scheduleHash === hashesOf(b).scheduleHash).toBe(
          canonicalJson(a.schedule) === canonicalJson(b.schedule),
        );
      }),
    );
  });

  test('without its faults is the control of every plan that has some', () => {
    fc.assert(
      fc.property(asked, ([raw, chosen, drawn]) => {
        const faulty = planOf(raw, chosen, drawn);
        const plain = planOf(raw, [], drawn);
        expect(withoutFaults(faulty)).toEqual(plain);
        expect(hashesOf(faulty).controlHash).toBe(hashesOf(plain).controlHash);
      }),
    );
  });

  test('of another spec has another control', () => {
    fc.assert(
      fc.property(spec, fc.integer({ min: 1025, max: 4096 }), (raw, memoryMiB) => {
        const [[role = '', one] = []] = Object.entries(raw.roles);
        const other = { ...raw, roles: { ...raw.roles, [role]: { ...one, memoryMiB } } };
        const hashes = (of: RawSpec): string => hashesOf(planOf(of, [], 1)).controlHash;
        expect(hashes(other)).not.toBe(hashes(raw));
      }),
    );
  });

  test('gives each node a name, a number and an address of its own, inside the subnet and off its gateway', () => {
    fc.assert(
      fc.property(rawSpec, fc.nat(255), fc.nat(255), (raw, b, c) => {
        const plan = planOf(raw, [], 1);
        const { addresses } = bindRun(
          { plan, hashes: hashesOf(plan), specFile: '', contents: new Map(), reference: null, chosen: {} },
          { runId: 'r', stack: 's', owner: 'o', created: '', maxTtlMs: null },
          { ipv4: `10.${b}.${c}.0/24`, gateway4: `10.${b}.${c}.1` },
          { account: { privateKey: '', publicKey: '' }, hosts: {} },
        );
        const values = plan.nodes.map(({ name }) => addresses[name] ?? '');
        expect(plan.nodes).toHaveLength(nodeCount(raw));
        expect(new Set(plan.nodes.map(({ name }) => name)).size).toBe(plan.nodes.length);
        expect(new Set(plan.nodes.map(({ host }) => host)).size).toBe(plan.nodes.length);
        expect(new Set(values).size).toBe(plan.nodes.length);
        for (const address of values) {
          const [first, second, third, host] = address.split('.').map(Number);
          expect([first, second, third]).toEqual([10, b, c]);
          expect(host).toBeGreaterThan(10);
          expect(host).toBeLessThan(255);
        }
      }),
    );
  });
});

describe('a schedule', () => {
  test('has every fault once, on links that are there, beginning within its window and ending when it says', () => {
    fc.assert(
      fc.property(asked, ([raw, chosen, drawn]) => {
        const { schedule, nodes } = planOf(raw, chosen, drawn);
        const links = nodes.flatMap(({ name: a }) =>
          nodes.filter((b) => b.name !== a).map((b) => `${a}->${b.name}`),
        );
        const declared = chosen.flatMap(({ name, faults }) =>
          faults.map((one) => [`${name}/${one.name}`, one] as const),
        );
        expect(schedule.map(({ id }) => id).sort()).toEqual(declared.map(([id]) => id).sort());
        for (const { id, startMs, endMs, targets, fault } of schedule) {
          expect(fault).toEqual(declared.find(([one]) => one === id)?.[1]);
          expect(targets).toEqual(links.sort());
          const [earliest, latest] = windowFrom(fault);
          expect(endMs).toBe(fault.untilMs ?? null);
          if (earliest === null || startMs === null) expect([startMs, earliest]).toEqual([null, null]);
          else expect(earliest <= startMs && startMs <= latest).toBe(true);
        }
      }),
    );
  });

  test('draws for each fault by itself: another profile beside it moves nothing', () => {
    fc.assert(
      fc.property(asked, ([raw, chosen, drawn]) => {
        const together = planOf(raw, chosen, drawn).schedule;
        for (const one of chosen)
          expect(planOf(raw, [one], drawn).schedule).toEqual(
            together.filter(({ profile }) => profile === one.name),
          );
      }),
    );
  });

  test('is drawn from the whole of its window, ends included', () => {
    const [raw, chosen] = [smallSpec, [partition([5, 7])]];
    const starts = Array.from({ length: 100 }, (_, drawn) => planOf(raw, chosen, drawn).schedule[0]?.startMs);
    expect([...new Set(starts)].sort()).toEqual([5, 6, 7]);
  });
});

const smallSpec: RawSpec = {
  name: 'a',
  dependencies: {},
  roles: { web: { image: './node', init: 'image', count: 2 } },
};

/** None here waits for an event. */
function windowFrom({ from }: Fault): readonly [number, number] | readonly [null, null] {
  return from === undefined || 'event' in from ? [null, null] : from;
}

function partition(from: [number, number]): Parameters<typeof planOf>[1][number] {
  return {
    name: 'cut',
    description: 'any',
    faults: [{ kind: 'network.partition', name: 'cut', on: { links: 'all' }, from }],
  };
}

function asSpec(value: unknown): RawSpec {
  const { name, roles, ...rest } = Cluster.parse(value);
  return { name, ...rest, roles: { ...roles } };
}
