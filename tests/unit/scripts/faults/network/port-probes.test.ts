import { describe, expect, test } from '@jest/globals';
import { isCut, isThrough, lanesOf, trafficText } from '../../../../../scripts/faults/network/port-probes.ts';

describe('the probes of some traffic', () => {
  test('go to its port and from it; beside it to the port next to it, and over the other protocols', () => {
    const { met, spared } = lanesOf({ protocol: 'tcp', port: 6379 });
    const [there, back] = met;
    expect([there?.to, back?.from]).toEqual([6379, 6379]);
    expect(met.map(({ protocol }) => protocol)).toEqual(['tcp', 'tcp']);
    expect(spared.map(({ protocol }) => protocol)).toEqual(['tcp', 'tcp', 'udp', 'udp', 'icmp']);
    expect(
      spared.filter(({ protocol }) => protocol === 'tcp').map(({ from, to }) => Math.min(from, to)),
    ).toEqual([6380, 6380]);
    expect(spared.find(({ protocol }) => protocol === 'udp')?.to).toBe(6379);
  });

  test('are of the other protocols alone beside all of one', () => {
    expect(lanesOf({ protocol: 'icmp' }).met).toHaveLength(1);
    expect(new Set(lanesOf({ protocol: 'udp' }).spared.map(({ protocol }) => protocol))).toEqual(
      new Set(['tcp', 'icmp']),
    );
  });

  test('have a port next to the last one, too', () => {
    const ports = lanesOf({ protocol: 'udp', port: 65_535 }).spared.flatMap(({ from, to }) => [from, to]);
    expect(Math.max(...ports)).toBeLessThanOrEqual(65_535);
    expect(ports).toContain(65_534);
  });
});

test('some traffic is cut when none of it comes, and through when all ways are open', () => {
  expect(isCut({ sent: 60, met: [0, 0], spared: [60] })).toBe(true);
  expect(isCut({ sent: 60, met: [0, 1], spared: [60] })).toBe(false);
  expect(isThrough({ sent: 60, met: [1, 60], spared: [60] })).toBe(true);
  expect(isThrough({ sent: 60, met: [60, 60], spared: [0] })).toBe(false);
});

test('it is named as a sentence has it', () => {
  expect([{ protocol: 'tcp', port: 80 } as const, { protocol: 'icmp' } as const].map(trafficText)).toEqual([
    'tcp port 80',
    'icmp',
  ]);
});
