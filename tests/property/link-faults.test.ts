import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nodesOf } from '../../infra/plan/target.ts';
import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { isLinkFault, type Fault } from '../../infra/spec/fault.ts';
import type { Traffic } from '../../infra/spec/faults/network.ts';
import { driverOf } from '../../scripts/faults/fault-driver.ts';
import { Hold } from '../../scripts/faults/side-car/hold.ts';
import { clean, heldMs, merge, type LinkCondition } from '../../scripts/faults/links/link-condition.ts';
import { LinkDriver, type LinkMechanism } from '../../scripts/faults/links/link-driver.ts';
import type { Victim } from '../../scripts/faults/victim/victim.ts';
import { fakeVictim } from '../support/fake-victim.ts';
import { FakeSideCar } from '../support/fake-kernel.ts';
import { cut } from '../support/faults.ts';

const mechanism = fc.constantFrom<LinkMechanism[]>('nfqueue', 'netem');
const peers = ['198.18.0.11', '198.18.0.12', '198.18.0.13'] as const;
const condition: fc.Arbitrary<LinkCondition> = fc.record({
  delayMs: fc.constantFrom(0, 0, 5, 80),
  jitterMs: fc.constantFrom(0, 0, 20),
  distribution: fc.constantFrom<LinkCondition['distribution'][]>('uniform', 'normal', 'pareto'),
  lossRatio: fc.constantFrom(0, 0, 0.02),
  bursts: fc.constantFrom(null, null, { lossRatio: 0.1, burstPackets: 4 }),
  duplicateRatio: fc.constantFrom(0, 0, 0.1, 0.2),
  reorderRatio: fc.constantFrom(0, 0, 0.1),
  reorderByMs: fc.constant(20),
  corruptRatio: fc.constantFrom(0, 0, 0.01),
  rateMbit: fc.constantFrom(null, null, 1, 10),
  cuts: fc.constantFrom<LinkCondition['cuts'][]>(
    [],
    [],
    ['all'],
    [{ protocol: 'tcp', port: 6379 }],
    [{ protocol: 'icmp' }],
  ),
});
const change = fc.record({ peer: fc.nat(peers.length - 1), condition, way: fc.constantFrom('in', 'out') });

describe('the links of one node', () => {
  test('are as the last change of each said, whatever came before, and untouched once all are clean again', async () => {
    await fc.assert(
      fc.asyncProperty(mechanism, fc.array(change, { maxLength: 12 }), async (how, changes) => {
        const { sideCar, hold, links } = await linksOfOneNode(how);
        const wanted = { in: new Map<string, LinkCondition>(), out: new Map<string, LinkCondition>() };
        for (const { peer, condition: asked, way } of changes) {
          const address = peers[peer] ?? '';
          await (way === 'in' ? links.incoming(address, asked) : links.outgoing(address, peer + 1, asked));
          wanted[way === 'in' ? 'in' : 'out'].set(address, asked);
          for (const [index, one] of peers.entries()) {
            expect(incomingOf(sideCar, one, how)).toEqual(asIncoming(wanted.in.get(one) ?? clean, how));
            expect(outgoingOf(sideCar, index + 1)).toEqual(asOutgoing(wanted.out.get(one) ?? clean, how));
          }
        }
        for (const [index, address] of peers.entries()) {
          await links.incoming(address, clean);
          await links.outgoing(address, index + 1, clean);
        }
        await links.release();
        expect(sideCar.kernel.isEmpty).toBe(true);
        await hold.close();
        expect(sideCar.failedUndos).toEqual([]);
      }),
    );
  });

  test('may change at the same moment: a cut waits for a shaper that another link is just starting', async () => {
    const { sideCar, hold, links } = await linksOfOneNode('nfqueue');
    const [slow, gone] = [
      { ...clean, delayMs: 80 },
      { ...clean, cuts: ['all' as const] },
    ];
    await Promise.all([links.incoming(peers[0], slow), links.incoming(peers[1], gone)]);
    expect(incomingOf(sideCar, peers[0], 'nfqueue')).toEqual(asIncoming(slow, 'nfqueue'));
    expect(incomingOf(sideCar, peers[1], 'nfqueue')).toEqual(asIncoming(gone, 'nfqueue'));
    await hold.close();
  });

  test('are untouched as soon as the lease ends, whatever was in force', async () => {
    await fc.assert(
      fc.asyncProperty(mechanism, fc.array(change, { maxLength: 12 }), async (how, changes) => {
        const { sideCar, hold, links } = await linksOfOneNode(how);
        for (const { peer, condition: asked, way } of changes) {
          const address = peers[peer] ?? '';
          await (way === 'in' ? links.incoming(address, asked) : links.outgoing(address, peer + 1, asked));
        }
        await hold.close();
        expect({ empty: sideCar.kernel.isEmpty, failed: sideCar.failedUndos }).toEqual({
          empty: true,
          failed: [],
        });
      }),
    );
  });
});

describe('faults on all links', () => {
  const names = ['a', 'b', 'c'] as const;
  const links = names.flatMap((from) => names.filter((to) => to !== from).map((to) => `${from}->${to}`));
  const on = { links: 'all' as const };
  const fault = fc.oneof(
    fc.record({ kind: fc.constant<'network.delay'>('network.delay'), delayMs: fc.constantFrom(5, 80) }),
    fc.record({ kind: fc.constant<'network.loss'>('network.loss'), lossRatio: fc.constantFrom(0.01, 0.1) }),
    fc.record({
      kind: fc.constant<'network.burst-loss'>('network.burst-loss'),
      lossRatio: fc.constant(0.1),
      burstPackets: fc.constant(4),
    }),
    fc.record({
      kind: fc.constant<'network.duplicate'>('network.duplicate'),
      duplicateRatio: fc.constantFrom(0.01, 0.1),
    }),
    fc.record({
      kind: fc.constant<'network.reorder'>('network.reorder'),
      reorderRatio: fc.constantFrom(0.01, 0.1),
      byMs: fc.constantFrom(10, 20),
    }),
    fc.record({
      kind: fc.constant<'network.corrupt'>('network.corrupt'),
      corruptRatio: fc.constantFrom(0.01, 0.1),
    }),
    fc.record({ kind: fc.constant<'network.rate'>('network.rate'), rateMbit: fc.constantFrom(1, 10) }),
    fc.record({ kind: fc.constant<'network.partition'>('network.partition') }),
    fc.record({
      kind: fc.constant<'network.partition'>('network.partition'),
      only: fc.constantFrom<Traffic[]>({ protocol: 'tcp', port: 6379 }, { protocol: 'udp' }),
    }),
  );
  const scheduled = fc
    .array(fc.tuple(fault, fc.subarray(links, { minLength: 1 })), { minLength: 1, maxLength: 4 })
    .map((all) =>
      all.map(([one, targets], index): ScheduledFault => ({
        id: `p/${index}`,
        profile: 'p',
        fault: { name: `f${index}`, on, ...one } satisfies Fault,
        targets,
        startMs: null,
        endMs: null,
      })),
    );

  test('hold together while each is in force, and nothing of any is left when the last is healed', async () => {
    await fc.assert(
      fc.asyncProperty(
        mechanism,
        scheduled,
        fc.array(fc.nat(3), { maxLength: 10 }),
        async (how, all, order) => {
          const sideCars = names.map(() => new FakeSideCar());
          const victims = await Promise.all(
            names.map(async (node, index) => victim(node, index, sideCars, how)),
          );
          const driver = driverOf(victims);
          const active: ScheduledFault[] = [];
          const toggle = async (one: ScheduledFault): Promise<void> => {
            const at = active.indexOf(one);
            if (at === -1) active.push(one);
            else active.splice(at, 1);
            await (at === -1 ? driver.inject(one, active) : driver.heal(one, active));
          };
          // Each is injected or healed in turn; what is still in force at the end is healed, as at the end of a run.
          for (const index of order) {
            const one = all[index % all.length];
            if (one === undefined) continue;
            await toggle(one);
            for (const link of links) {
              const [from = '', to = ''] = nodesOf(link);
              const [sender, receiver] = [
                names.findIndex((name) => name === from),
                names.findIndex((name) => name === to),
              ];
              const together = merge(
                active
                  .filter(({ targets }) => targets.includes(link))
                  .map((active) => active.fault)
                  .filter(isLinkFault),
              );
              expect(incomingOf(sideCars[receiver], peers[sender] ?? '', how)).toEqual(
                asIncoming(together, how),
              );
              expect(outgoingOf(sideCars[sender], receiver + 1)).toEqual(asOutgoing(together, how));
            }
          }
          for (const one of [...active]) await toggle(one);
          await driver.release();
          expect(sideCars.map(({ kernel }) => kernel.isEmpty)).toEqual([true, true, true]);
          await Promise.all(victims.map(async ({ hold }) => hold.close()));
          expect(sideCars.flatMap(({ failedUndos }) => failedUndos)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('a heal and an inject on one link at the same moment leave what is then active in force', async () => {
  const sideCars = [new FakeSideCar(), new FakeSideCar()];
  const victims = await Promise.all(
    ['a', 'b'].map(async (node, index) => victim(node, index, sideCars, 'nfqueue')),
  );
  const named = (id: string): ScheduledFault => ({
    id,
    profile: 'p',
    fault: { ...cut, name: id },
    targets: ['a->b'],
    startMs: 0,
    endMs: 1000,
  });
  const [first, second] = [named('p/first'), named('p/second')];
  const driver = driverOf(victims);
  await driver.inject(first, [first]);
  await Promise.all([driver.heal(first, []), driver.inject(second, [second])]);
  expect(incomingOf(sideCars[1], peers[0], 'nfqueue').cut).toBe('');
  await Promise.all([driver.heal(second, []), driver.inject(first, [first]), driver.heal(first, [])]);
  expect(incomingOf(sideCars[1], peers[0], 'nfqueue').cut).toBeNull();
  await Promise.all(victims.map(async ({ hold }) => hold.close()));
});

describe('what somebody else put into a node', () => {
  test.each<[string, Partial<LinkCondition>, 'in' | 'out', (kernel: FakeSideCar['kernel']) => void]>([
    [
      'a table of that name',
      { delayMs: 80 },
      'in',
      ({ tables }) => tables.set('ip understudy_shape', new Set()),
    ],
    [
      'a table of that name with a chain of another',
      { cuts: ['all'] },
      'in',
      ({ tables }) => tables.set('inet understudy_cut', new Set(['chain in { type filter }'])),
    ],
    ['a root qdisc', { rateMbit: 10 }, 'out', (kernel) => (kernel.root = '8001:')],
  ])(
    'is not written over, nor taken away with what failed or at the end: %s',
    async (_what, asked, way, put) => {
      const { sideCar, hold, links } = await linksOfOneNode('nfqueue');
      put(sideCar.kernel);
      const seen = (): unknown => structuredClone([[...sideCar.kernel.tables], sideCar.kernel.root]);
      const before = seen();
      const change = { ...clean, ...asked };
      await expect(
        way === 'in' ? links.incoming(peers[0], change) : links.outgoing(peers[0], 1, change),
      ).rejects.toThrow(/was answered "err 1 .*(exists|root qdisc 8001:)/);
      expect(seen()).toEqual(before);
      await hold.close();
      expect(seen()).toEqual(before);
    },
  );

  test('in a table of iptables stays beside what is ours, and after it', async () => {
    const { sideCar, hold, links } = await linksOfOneNode('nfqueue');
    const foreign = new Set(['chain INPUT { type filter }', 'rule INPUT -s 198.18.0.12 -j DROP']);
    sideCar.kernel.tables.set('ip mangle', foreign);
    await links.incoming(peers[0], { ...clean, delayMs: 80 });
    expect([...sideCar.kernel.tables.keys()]).toEqual(['ip mangle', 'ip understudy_shape']);
    await links.incoming(peers[0], clean);
    await links.release();
    expect([...sideCar.kernel.tables]).toEqual([['ip mangle', foreign]]);
    await hold.close();
  });
});

async function linksOfOneNode(
  how: LinkMechanism,
): Promise<{ sideCar: FakeSideCar; hold: Hold; links: LinkDriver }> {
  const sideCar = new FakeSideCar();
  const hold = await Hold.open(sideCar.access);
  return { sideCar, hold, links: new LinkDriver(hold, () => '7', how) };
}

async function victim(
  node: string,
  index: number,
  sideCars: readonly FakeSideCar[],
  how: LinkMechanism,
): Promise<Victim> {
  const sideCar = sideCars[index] ?? new FakeSideCar();
  return await fakeVictim({ node, address: peers[index] ?? '', access: sideCar.access }, sideCar, how);
}

interface Incoming {
  /** Its rules, without what is the same in each. */
  readonly cut: string | null;
  readonly shaped: string | null;
}

function isShaped({
  delayMs,
  jitterMs,
  lossRatio,
  bursts,
  reorderRatio,
  corruptRatio,
}: LinkCondition): boolean {
  return bursts !== null || delayMs + jitterMs + lossRatio + reorderRatio + corruptRatio > 0;
}

function asIncoming(asked: LinkCondition, how: LinkMechanism): Incoming {
  const { jitterMs, distribution, lossRatio, reorderRatio, reorderByMs, corruptRatio, cuts, bursts } = asked;
  const orders = [
    ...[heldMs(asked) * 1e3, jitterMs * 1e3, lossRatio * 1e6],
    ...[reorderRatio * 1e6, reorderByMs * 1e3, corruptRatio * 1e6],
    // Of the one there is in these tests: 0.1 of all, four in a row.
    ...(bursts === null ? [0, 0] : [1e6 / 36, 1e6 / 4]),
  ]
    .map((one) => Math.round(one))
    .join(' ');
  const cut = (cuts.includes('all') ? ['all' as const] : cuts).map((one) =>
    one === 'all'
      ? ''
      : one.port === undefined
        ? `meta l4proto ${one.protocol}`
        : `${one.protocol} dport ${one.port}, ${one.protocol} sport ${one.port}`,
  );
  return {
    cut: cuts.length === 0 ? null : cut.join(', '),
    shaped: how === 'nfqueue' && isShaped(asked) ? `${orders} ${distribution} 7` : null,
  };
}

function incomingOf(sideCar: FakeSideCar | undefined, address: string, how: LinkMechanism): Incoming {
  const { tables, shaped } = sideCar?.kernel ?? new FakeSideCar().kernel;
  const handing = [...(tables.get('ip understudy_shape') ?? [])];
  const handedOver =
    handing.includes('rule understudy from @sources to the shaper') &&
    handing.includes(`element sources { ${address} }`);
  const wholly = isCutWholly([...(tables.get('inet understudy_cut') ?? [])], address) ? '' : null;
  const partly = cutRules(tables.get(`inet understudy_cut_${address.replaceAll('.', '_')}`), address);
  return {
    cut: [wholly, partly].every((one) => one === null) ? null : `${wholly ?? ''}${partly ?? ''}`,
    shaped:
      how === 'nfqueue' && (handedOver || shaped.has(address))
        ? `${shaped.get(address) ?? 'nothing'}${handedOver ? '' : ', unused'}`
        : null,
  };
}

function isCutWholly(inside: readonly string[], address: string): boolean {
  return (
    inside.includes('rule understudy ip saddr @sources drop') &&
    inside.includes(`element sources { ${address} }`)
  );
}

function cutRules(inside: ReadonlySet<string> | undefined, address: string): string | null {
  if (inside === undefined) return null;
  const rules = [...inside].flatMap((one) => {
    const [, from, match = ''] = /^rule understudy ip saddr (\S+) (.*)counter drop$/.exec(one) ?? [];
    return from === undefined ? [] : [{ from, match: match.trim() }];
  });
  expect(rules.map(({ from }) => from)).toEqual(rules.map(() => address));
  return rules.map(({ match }) => match).join(', ');
}

interface Outgoing {
  /** Of a million that leave, how many do twice. */
  readonly copied: string | null;
  readonly rate: string | null;
  /** Without its queue's limit. */
  readonly netem: string | null;
}

function asOutgoing(asked: LinkCondition, how: LinkMechanism): Outgoing {
  const { rateMbit, delayMs, jitterMs, distribution, lossRatio, bursts, duplicateRatio } = asked;
  const emulated = how === 'netem' && (bursts !== null || delayMs + jitterMs + lossRatio > 0);
  const like = distribution === 'uniform' ? '' : ` distribution ${distribution}`;
  const delay =
    delayMs + jitterMs > 0
      ? ` delay ${Number(heldMs(asked).toFixed(3))}ms${jitterMs > 0 ? ` ${jitterMs}ms${like}` : ''}`
      : '';
  const alone = lossRatio > 0 ? ` loss ${lossRatio * 100}%` : '';
  const loss = bursts === null ? alone : ' loss gemodel 2.7778% 25%';
  return {
    copied: duplicateRatio > 0 ? String(Math.round(duplicateRatio * 1e6)) : null,
    rate: rateMbit !== null ? `${rateMbit}mbit` : emulated ? '40000mbit' : null,
    netem: emulated ? `netem${delay}${loss}` : null,
  };
}

function outgoingOf(sideCar: FakeSideCar | undefined, classNumber: number): Outgoing {
  const { classes, filters, netems, tables } = sideCar?.kernel ?? new FakeSideCar().kernel;
  const peer = peers[classNumber - 1] ?? '';
  const inside = tables.get(`ip understudy_copy_${peer.replaceAll('.', '_')}`);
  const copying = inside === undefined ? null : [...inside].join('\n');
  const copied = copying === null ? null : (/ mod 1000000 < (\d+) .* dup to/.exec(copying)?.[1] ?? copying);
  const id = `504d:${classNumber.toString(16)}`;
  const rate = classes.get(id) ?? null;
  if ((filters.get(String(classNumber)) === id) !== (rate !== null))
    throw new Error(`class ${id} without a filter`);
  return { copied, rate, netem: netems.get(id)?.replace(/ limit \d+/, '') ?? null };
}
