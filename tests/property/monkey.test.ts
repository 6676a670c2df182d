import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../../infra/errors.ts';
import { canonicalJson } from '../../infra/plan/canonical.ts';
import { beyondSense } from '../../infra/plan/beyond-sense.ts';
import { contradictionAmong } from '../../infra/plan/contradictions.ts';
import type { Plan, ScheduledFault } from '../../infra/plan/plan.ts';
import { nodesOf } from '../../infra/plan/target.ts';
import { isAwayFault, isDiskCallFault, isLinkFault, Profile, type Fault } from '../../infra/spec/fault.ts';
import { leastWindowMs } from '../../infra/spec/least-window.ts';
import { Monkey, monkeyFamilies, type MonkeyFamily } from '../../infra/spec/monkey.ts';
import { planOf, rawSpec, seed, type RawSpec } from './arbitrary-spec.ts';

const runs = { numRuns: 1_000 };

const span = (min: number, max: number, width: number): fc.Arbitrary<[number, number]> =>
  fc.tuple(fc.integer({ min, max }), fc.nat(width)).map(([first, more]) => [first, first + more]);

/** Long enough for the shortest of each family. */
const monkey: fc.Arbitrary<Monkey> = fc.record({
  faults: fc.integer({ min: 1, max: 12 }),
  kinds: fc
    .subarray([...monkeyFamilies], { minLength: 1 })
    .map((some): Monkey['kinds'] => ['network', ...some]),
  everyMs: span(0, 8_000, 4_000),
  lastsMs: span(3_500, 9_000, 5_000),
  atOnce: fc.integer({ min: 1, max: 5 }),
  spare: fc.constant([]),
});

/** Units where there is a systemd to run them; at least one role has a node to spare. */
const spec = rawSpec.map((raw): RawSpec => {
  const roles = Object.entries(raw.roles).map(([name, role], index): [string, Record<string, unknown>] => [
    name,
    {
      ...role,
      ...(role['init'] === 'systemd' ? { units: ['app', 'other'] } : {}),
      ...(index === 0 ? { count: Math.max(2, Number(role['count'] ?? 1)) } : {}),
    },
  ]);
  return { ...raw, roles: Object.fromEntries(roles) };
});
const asked = fc.tuple(spec, monkey, seed);

function profileOf(drawn: Monkey): Profile {
  return Profile.parse({ name: 'monkey', description: 'any', monkey: drawn });
}

/** With moments, which each of a monkey's has. */
type Passing = ScheduledFault & { readonly startMs: number; readonly endMs: number };

function scheduleOf({ schedule }: Plan): readonly Passing[] {
  return schedule.map((one) => {
    if (one.startMs === null || one.endMs === null) throw new Error(`${one.id} has no moments`);
    return { ...one, startMs: one.startMs, endMs: one.endMs };
  });
}

/** The one node that a fault is meant for: of links, the one that all of them are of. */
function victimOf({ fault, targets }: ScheduledFault): string {
  const [first = '', ...rest] = targets;
  const common = nodesOf(first).filter((node) => rest.every((target) => nodesOf(target).includes(node)));
  const [victim] =
    isLinkFault(fault) && typeof fault.on.links === 'object' && Array.isArray(fault.on.links)
      ? fault.on.links.map(({ from }) => from)
      : common;
  if (victim === undefined || !common.includes(victim)) throw new Error('a fault is on more than one node');
  return victim;
}

/** Calls on a disk are a family of their own, to a monkey. */
function isOf(family: MonkeyFamily, fault: Fault): boolean {
  if (family === 'calls') return isDiskCallFault(fault);
  return fault.kind.startsWith(`${family}.`) && !isDiskCallFault(fault);
}

/**
 * Roles of which, at the moment when some fault begins, each node is away or hit by the monkey, and which monkey's fault is
 * there.
 */
function whollyHit(plan: Plan): readonly string[] {
  const schedule = scheduleOf(plan);
  const roles = [...Map.groupBy(plan.nodes, (node) => node.role)];
  return schedule.flatMap(({ startMs }) => {
    const there = schedule.filter((one) => one.startMs <= startMs && startMs < one.endMs);
    const gone = there.filter(({ fault }) => isAwayFault(fault)).flatMap(({ targets }) => targets);
    return there
      .filter(({ id }) => id.includes('/monkey-'))
      .map((one) => ({ id: one.id, victim: victimOf(one) }))
      .flatMap(({ id, victim }) =>
        roles
          .filter(([, nodes]) => nodes.some(({ name }) => name === victim))
          .filter(([, nodes]) => nodes.every(({ name }) => name === victim || gone.includes(name)))
          .map(([role]) => `${id}: ${role} at ${startMs} ms`),
      );
  });
}

const meet = (a: Passing, b: Passing): boolean => a.startMs < b.endMs && b.startMs < a.endMs;

describe('a monkey', () => {
  test('does the same with the same seed, to the byte, and as much as was asked', () => {
    fc.assert(
      fc.property(asked, ([raw, drawn, number]) => {
        const plan = planOf(raw, [profileOf(drawn)], number);
        expect(canonicalJson(planOf(raw, [profileOf(drawn)], number))).toBe(canonicalJson(plan));
        expect(plan.schedule).toHaveLength(drawn.faults);
      }),
      { numRuns: 300 },
    );
  });

  test('hits one node with each fault, never all nodes of a role at once, and no more at once than it may', () => {
    fc.assert(
      fc.property(asked, ([raw, drawn, number]) => {
        const plan = planOf(raw, [profileOf(drawn)], number);
        const schedule = scheduleOf(plan);
        // All that are in force at the moment when each begins, itself among them.
        const there = schedule.map((one) =>
          schedule.filter((other) => other.startMs <= one.startMs && one.startMs < other.endMs),
        );
        expect(there.filter((some) => some.length > drawn.atOnce)).toEqual([]);
        const hit = there.map((some) => new Set(some.map(victimOf)));
        expect(hit.map(({ size }) => size)).toEqual(there.map(({ length }) => length));
        const roles = [...Map.groupBy(plan.nodes, (node) => node.role).values()];
        const wholeRoles = hit.flatMap((nodes) =>
          roles.filter((role) => role.every(({ name }) => nodes.has(name))),
        );
        expect(wholeRoles).toEqual([]);
      }),
      runs,
    );
  });

  test('draws nothing that contradicts, makes no sense in its cluster, or cannot be measured', () => {
    fc.assert(
      fc.property(asked, ([raw, drawn, number]) => {
        const plan = planOf(raw, [profileOf(drawn)], number);
        expect(contradictionAmong([...plan.conditions, ...plan.schedule])).toBeNull();
        // Nor with a node that has only just begun to start again.
        const later = scheduleOf(plan).map((one) => ({ ...one, endMs: one.endMs + 1_500 }));
        expect(contradictionAmong(later)).toBeNull();
        expect(beyondSense(plan).filter(({ key }) => key !== 'from')).toEqual([]);
        const schedule = scheduleOf(plan);
        expect(schedule.filter((one) => one.endMs - one.startMs < leastWindowMs(one.fault))).toEqual([]);
        expect(schedule.filter((one) => one.endMs - one.startMs > drawn.lastsMs[1])).toEqual([]);
        const isAsked = ({ fault }: Passing): boolean => drawn.kinds.some((family) => isOf(family, fault));
        expect(schedule.filter((one) => !isAsked(one))).toEqual([]);
      }),
      runs,
    );
  });

  test('begins and ends each fault once, each by its own name, one after the other', () => {
    fc.assert(
      fc.property(asked, ([raw, drawn, number]) => {
        const schedule = scheduleOf(planOf(raw, [profileOf(drawn)], number));
        expect(schedule.map(({ id }) => id)).toEqual(schedule.map((_, at) => `monkey/monkey-${at + 1}`));
        for (const [at, one] of schedule.entries()) {
          expect(one.endMs).toBeGreaterThan(one.startMs);
          expect(one.startMs).toBeGreaterThanOrEqual((schedule[at - 1]?.startMs ?? 0) + drawn.everyMs[0]);
          const onSame = schedule.filter((other) => other !== one && victimOf(other) === victimOf(one));
          expect(onSame.some((other) => meet(one, other))).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('spares whom it is told to, and does not begin where nobody is left', () => {
    const raw: RawSpec = {
      ...{ name: 'a', dependencies: {} },
      roles: {
        web: { image: './node', init: 'image', count: 3 },
        store: { image: './node', init: 'image', count: 1 },
      },
    };
    const drawn = (spare: string[]): Profile =>
      profileOf(Monkey.parse({ faults: 9, everyMs: [100, 200], lastsMs: [3_500, 9_000], spare }));
    fc.assert(
      fc.property(seed, (number) => {
        const { schedule } = planOf(raw, [drawn(['web-2'])], number);
        expect(schedule.map(victimOf)).not.toContain('web-2');
        expect(schedule.map(victimOf)).not.toContain('store-1');
      }),
      { numRuns: 100 },
    );
    expect(() => planOf(raw, [drawn(['wbe'])], 1)).toThrow('is to spare "wbe", which is no role or node');
    expect(() => planOf(raw, [drawn(['web'])], 1)).toThrow('its monkey finds nothing to do in this cluster');
  });

  test('meets every family and every node in time', () => {
    const raw: RawSpec = {
      ...{ name: 'a', dependencies: {} },
      roles: {
        web: {
          ...{ image: './node', init: 'systemd', count: 3, units: ['app'] },
          disks: { '/data': { sizeMiB: 8, inodes: 64 } },
        },
      },
    };
    const drawn = Monkey.parse({
      ...{ faults: 12, everyMs: [9_000, 9_000], lastsMs: [2_500, 15_000] },
      kinds: [...monkeyFamilies],
    });
    const schedules = Array.from(
      { length: 80 },
      (_, number) => planOf(raw, [profileOf(drawn)], number).schedule,
    );
    const kinds = new Set(schedules.flat().map(({ fault }) => fault.kind));
    expect([...kinds].sort()).toEqual([
      'clock.offset',
      'disk.error',
      'disk.hang',
      'disk.inodes',
      'disk.slow',
      'disk.space',
      'dns.fail',
      'dns.slow',
      'eviction.notice',
      'eviction.spot',
      'network.corrupt',
      'network.delay',
      'network.duplicate',
      'network.jitter',
      'network.loss',
      'network.partition',
      'network.reorder',
      'node.kill',
      'node.pause',
      'node.reboot',
      'process.crash-loop',
      'process.kill',
      'process.pause',
      'resource.cpu',
      'resource.processes',
    ]);
    expect(new Set(schedules.flat().map(victimOf)).size).toBe(3);
  });

  describe('beside faults that profiles write out', () => {
    const raw: RawSpec = {
      ...{ name: 'a' },
      roles: {
        web: {
          ...{ image: './node', init: 'systemd', count: 3, units: ['app'] },
          disks: { '/data': { sizeMiB: 8, inodes: 64 } },
        },
        store: { image: './node', init: 'systemd', count: 2, units: ['app'] },
        shop: { image: './node', init: 'image', count: 2 },
      },
      dependencies: { front: { port: 8080, proxies: { node: 'shop-1', port: 80 }, routes: ['GET /'] } },
    };
    const web = { nodes: [{ node: 'web-1' }] };
    const all = [
      { kind: 'process.kill', on: { units: [{ node: 'web-1' }] } },
      { kind: 'eviction.notice', notice: 'interruption', imdsv2: 'optional', on: web },
      { kind: 'eviction.spot', noticeMs: 1000, graceMs: 500, on: { nodes: [{ node: 'web-2' }] } },
      { kind: 'node.kill', on: { nodes: [{ node: 'store-1' }] } },
      { kind: 'node.pause', on: { nodes: [{ node: 'web', count: 1 }] } },
      { kind: 'network.delay', delayMs: 9_950, on: { links: 'all' } },
      { kind: 'network.loss', lossRatio: 0.1, on: { links: [{ from: 'store', to: '*', both: true }] } },
      { kind: 'disk.space', freeBytes: 0, on: { disks: [{ node: 'web-2' }] } },
      { kind: 'disk.slow', delayMs: 20, on: { disks: [{ node: 'web-3' }] } },
      { kind: 'clock.offset', offsetMs: 9_000, on: { nodes: [{ node: 'store-2' }] } },
      { kind: 'dns.slow', delayMs: 100, on: { nodes: [{ node: 'shop-2' }] } },
      { kind: 'dependency.hang', on: { dependencies: [{ name: 'front' }] } },
      { kind: 'resource.processes', freeProcesses: 4, on: { nodes: [{ node: 'web-3' }] } },
    ];
    const written = fc
      .subarray(all, { minLength: 1 })
      .chain((some) =>
        fc.tuple(
          ...some.map((one, at) =>
            fc
              .record({ from: span(0, 20_000, 3_000), lastsMs: span(13_000, 20_000, 2_000) })
              .map((window) => ({ ...one, ...window, name: `f${at}` })),
          ),
        ),
      );
    const profile = (name: string, rest: Readonly<Record<string, unknown>>): Profile =>
      Profile.parse({ name, description: 'any', ...rest });
    /** null: the author's own faults do not go together. */
    const plannedOf = (profiles: readonly Profile[], number: number): Plan | null => {
      try {
        return planOf(raw, profiles, number);
      } catch (error) {
        if (error instanceof UsageError && error.code === 'contradiction') return null;
        throw error;
      }
    };

    test.each(['of its own profile', 'of one before it', 'of one after it'])(
      'draws what they, %s, leave room for, whatever the seed',
      (where) => {
        let met = 0;
        fc.assert(
          fc.property(written, monkey, seed, (faults, drawn, number) => {
            const alone = plannedOf([profile('other', { faults })], number);
            if (alone === null || beyondSense(alone).length > 0) return;
            const name = where === 'of one before it' ? 'z' : 'a';
            const profiles =
              where === 'of its own profile'
                ? [profile('other', { faults, monkey: drawn })]
                : [profile(name, { monkey: drawn }), profile('other', { faults })];
            const plan = planOf(raw, profiles, number);
            expect(plan.schedule).toHaveLength(faults.length + drawn.faults);
            expect(beyondSense(plan).filter(({ key }) => key !== 'from')).toEqual([]);
            expect(canonicalJson(planOf(raw, profiles, number))).toBe(canonicalJson(plan));
            // The author's own stay what they are without it.
            for (const one of alone.schedule) expect(plan.schedule).toContainEqual(one);
            expect(whollyHit(plan)).toEqual([]);
            met += 1;
          }),
          { numRuns: 150 },
        );
        expect(met).toBeGreaterThan(20);
      },
    );

    test('goes round what another monkey has drawn', () => {
      fc.assert(
        fc.property(monkey, monkey, seed, (first, second, number) => {
          const plan = planOf(
            raw,
            [profile('a', { monkey: first }), profile('b', { monkey: second })],
            number,
          );
          expect(plan.schedule).toHaveLength(first.faults + second.faults);
        }),
        { numRuns: 100 },
      );
    });
  });
});
