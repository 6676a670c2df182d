import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  allotmentOf,
  engineUpdate,
  heldBytesOf,
  likeBefore,
  type Allotment,
} from '../../../../scripts/nodes/machine.ts';

type Kept = Parameters<typeof engineUpdate>[1];

/** As the engine keeps what a container was told: what is named, and what is not named as it was. */
const told = (kept: Kept, part: Partial<Allotment>): Kept => ({ ...kept, ...engineUpdate(part, kept) });

const hundredths = fc.integer({ min: 5, max: 6_400 }).map((part) => part / 100);
const bytes = fc.integer({ min: 8 * 1024 * 1024, max: 2 ** 40 });
const processors: fc.Arbitrary<Kept> = fc.oneof(
  fc.constant({}),
  hundredths.map((cpus) => ({ NanoCpus: Math.round(cpus * 1e9) })),
  hundredths.map((cpus) => ({ CpuQuota: Math.round(cpus * 100_000), CpuPeriod: 100_000 })),
);
const limits: fc.Arbitrary<Kept> = fc
  .tuple(processors, bytes, fc.option(fc.integer({ min: 1, max: 4_096 }), { nil: 0 }))
  .map(([kept, Memory, PidsLimit]) => ({ ...kept, Memory, MemorySwap: Memory, PidsLimit }));
const parts = fc.record(
  { cpus: hundredths, memoryBytes: bytes, processes: fc.integer({ min: 1, max: 4_096 }) },
  { requiredKeys: [] },
);

describe('what a container holds', () => {
  const v1 = { usage: 90, max_usage: 200, stats: { active_file: 30, inactive_file: 20, cache: 60, rss: 20 } };

  test.each([
    ['cgroup v1', v1],
    ['cgroup v2', { usage: 90, stats: { active_file: 30, inactive_file: 20, file: 60, anon: 20 } }],
  ])('is what is in use without files that are only cached, on %s', (_what, memory) => {
    expect(heldBytesOf(memory)).toBe(40);
  });

  test('is nothing that is not counted: one that has ended held no 0 bytes', () => {
    expect(() => heldBytesOf({})).toThrow('has ended');
    expect(() => heldBytesOf({ usage: 90, stats: {} })).toThrow('has ended');
  });
});

describe('what a container may use', () => {
  test('is what it is told, and afterwards again what it had, whatever that was', () => {
    fc.assert(
      fc.property(limits, parts, (had, part) => {
        const before = allotmentOf(had);
        const limited = told(had, part);
        const { cpus: now, ...others } = allotmentOf(limited);
        const { cpus: wanted, ...wantedOthers } = { ...before, ...part };
        expect(others).toEqual(wantedOthers);
        expect(now ?? 0).toBeCloseTo(wanted ?? 0, 5);
        expect(allotmentOf(told(limited, before))).toEqual(before);
      }),
    );
  });

  test('is said of processors in one way, never both, and of memory without swap: the engine refuses the rest', () => {
    fc.assert(
      fc.property(limits, parts, (had, part) => {
        const { NanoCpus = 0, CpuQuota = 0, Memory, MemorySwap } = told(had, part);
        expect(NanoCpus > 0 && CpuQuota > 0).toBe(false);
        expect(MemorySwap).toBe(Memory);
      }),
    );
  });

  test('is not taken for none by what the engine ignores', () => {
    expect(engineUpdate({ cpus: null }, { CpuQuota: 25_000 })).toEqual({ CpuQuota: -1 });
    expect(engineUpdate({ processes: null }, {})).toEqual({ PidsLimit: -1 });
    expect(engineUpdate({}, {})).toEqual({});
  });

  test('has the engine’s own period where none was set', () => {
    expect(allotmentOf({ CpuQuota: 50_000, CpuPeriod: 0 }).cpus).toBe(0.5);
  });
});

describe('a container in the place of another', () => {
  const before = {
    Id: 'abcdef0123456789',
    Config: { Hostname: 'worker-1', Image: 'understudy/1', Env: ['A=1'], Labels: { run: '1' } },
    HostConfig: { NetworkMode: 'bridge', Memory: 1024, Binds: ['disk:/data'] },
    NetworkSettings: {
      Networks: {
        'us-1': {
          ...{ IPAMConfig: { IPv4Address: '198.18.0.11' }, Aliases: ['worker-1', 'worker', 'abcdef012345'] },
          ...{ NetworkID: 'n', EndpointID: 'e', IPAddress: '198.18.0.11', MacAddress: '02:42:c6:12:00:0b' },
        },
      },
    },
  };

  test('has its name, address, names on the network, size and all that it was given, and nothing that was its alone', () => {
    expect(likeBefore('us-1-worker-1', before)).toEqual({
      ...before.Config,
      name: 'us-1-worker-1',
      HostConfig: { ...before.HostConfig, NetworkMode: 'us-1' },
      NetworkingConfig: {
        EndpointsConfig: {
          'us-1': { IPAMConfig: { IPv4Address: '198.18.0.11' }, Aliases: ['worker-1', 'worker'] },
        },
      },
    });
  });

  test('has no network where the other had none', () => {
    const alone = { ...before, HostConfig: { NetworkMode: 'none' }, NetworkSettings: { Networks: {} } };
    expect(likeBefore('n', alone)).toMatchObject({
      HostConfig: { NetworkMode: 'none' },
      NetworkingConfig: { EndpointsConfig: {} },
    });
  });
});
