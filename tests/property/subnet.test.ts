import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseSubnet, overlaps, type TakenNetwork } from '../../infra/plan/subnet.ts';
import { poolProblem } from '../../infra/spec/pool.ts';

/** Networks as numbers, so that they can be compared without the code under test. */
interface Network {
  readonly start: number;
  readonly bits: number;
}

const network = (least: number, most: number, within: fc.Arbitrary<number>): fc.Arbitrary<Network> =>
  fc.tuple(within, fc.integer({ min: least, max: most })).map(([at, bits]) => ({
    start: Math.floor(at / 2 ** (32 - bits)) * 2 ** (32 - bits),
    bits,
  }));
const anywhere = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const pool = network(14, 24, anywhere);
/** Mostly inside or around the pool: elsewhere they would never be in the way. */
const near = ({ start, bits }: Network): fc.Arbitrary<Network> =>
  network(
    12,
    32,
    fc.integer({ min: Math.max(0, start - 512), max: Math.min(2 ** 32 - 1, start + 2 ** (32 - bits) + 512) }),
  );
const situation = pool.chain((one) =>
  fc.tuple(fc.constant(one), fc.array(near(one), { maxLength: 12 }), fc.nat(70_000)),
);

const text = ({ start, bits }: Network): string =>
  `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${bits}`;
const asTaken = (one: Network): TakenNetwork => ({ cidr: text(one), holder: `holder of ${text(one)}` });
const last = ({ start, bits }: Network): number => start + 2 ** (32 - bits) - 1;
const meet = (a: Network, b: Network): boolean => a.start <= last(b) && b.start <= last(a);

test('two networks overlap where they share an address, and the other way round too', () => {
  fc.assert(
    fc.property(
      pool.chain((a) => fc.tuple(fc.constant(a), near(a))),
      ([a, b]) => {
        expect(overlaps(text(a), text(b))).toBe(meet(a, b));
        expect(overlaps(text(b), text(a))).toBe(meet(a, b));
        expect(overlaps(text(a), text(a))).toBe(true);
      },
    ),
  );
});

test('one shared address is enough, and a neighbour shares none', () => {
  for (const one of ['10.0.7.0/32', '10.0.7.255/32']) {
    expect(overlaps('10.0.7.0/24', one)).toBe(true);
    expect(overlaps(one, '10.0.7.0/24')).toBe(true);
  }
  for (const one of ['10.0.6.255/32', '10.0.8.0/32', '10.0.6.0/24'])
    expect(overlaps('10.0.7.0/24', one)).toBe(false);
});

test('a subnet lies in the pool and touches nothing that is taken; there is none only where all of it is taken', () => {
  fc.assert(
    fc.property(situation, ([from, taken, slot]) => {
      const chosen = chooseSubnet(text(from), taken.map(asTaken), slot);
      const slots = Array.from({ length: 2 ** (24 - from.bits) }, (_, index) => ({
        start: from.start + index * 256,
        bits: 24,
      }));
      const free = slots.filter((one) => !taken.some((other) => meet(one, other)));
      if ('blocking' in chosen) {
        expect(free).toEqual([]);
        expect(chosen.blocking).toEqual(taken.filter((one) => meet(one, from)).map(asTaken));
      } else {
        expect(free.map(text)).toContain(chosen.ipv4);
        expect(chosen.gateway4).toBe(chosen.ipv4.replace(/0\/24$/, '1'));
      }
    }),
  );
});

test('it begins to look at the slot that it is told, and goes round', () => {
  const at = (slot: number, taken: readonly string[] = []): unknown =>
    chooseSubnet(
      '198.18.0.0/15',
      taken.map((cidr) => ({ cidr, holder: '' })),
      slot,
    );
  expect(at(0)).toEqual({ ipv4: '198.18.0.0/24', gateway4: '198.18.0.1' });
  expect(at(300)).toEqual({ ipv4: '198.19.44.0/24', gateway4: '198.19.44.1' });
  expect(at(511, ['198.19.255.128/25'])).toEqual({ ipv4: '198.18.0.0/24', gateway4: '198.18.0.1' });
  expect(at(512)).toEqual(at(0));
});

test('IPv6 networks are in nobody’s way', () => {
  expect(chooseSubnet('198.18.0.0/24', [{ cidr: '::/0', holder: '' }], 0)).toHaveProperty('ipv4');
});

test('a pool is a network of /8 to /24 that begins where it says', () => {
  fc.assert(
    fc.property(network(8, 24, anywhere), fc.integer({ min: 1, max: 255 }), (one, off) => {
      expect(poolProblem(text(one))).toBeNull();
      const crooked = text({ ...one, start: one.start + off });
      expect(poolProblem(crooked)?.hint).toBe(`write ${text(one)}`);
    }),
  );
  expect(poolProblem('198.18.0.0/25')).not.toBeNull();
  expect(poolProblem('0.0.0.0/0')).not.toBeNull();
});
