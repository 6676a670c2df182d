import { describe, expect, test } from '@jest/globals';
import type { Receipt } from '../../../../scripts/verdict/receipt.ts';
import { expectedSamples, scaleAround, scaleFor } from '../../../../scripts/report/receipt-scale.ts';
import { receipt } from '../../../support/recorded-run.ts';

describe('what the samples of a receipt should have read', () => {
  test('a delay is added to what was there before', () => {
    const { value, low, high } = expectedSamples(receipt({ measured: { before: 5, during: 80, after: 5 } }));
    expect([value, low, high]).toEqual([85, 81, 89]);
  });

  test('jitter is a spread around the middle of what was read', () => {
    const samples = { before: [], during: [90, 100, 110], after: [] };
    const { low, high } = expectedSamples(receipt({ kind: 'network.jitter', requested: 20, samples }));
    expect([low, high]).toEqual([80, 120]);
  });

  test('of a normal one single probes may be further off', () => {
    const samples = { before: [], during: [90, 100, 110], after: [] };
    const fit = { requested: 'normal', nearest: 'normal', distance: 0.01, tolerance: 0.06 } as const;
    const shape = { ...fit, quantilesMs: [80, 100, 120] } satisfies Receipt['shape'];
    const { low, high } = expectedSamples(receipt({ kind: 'network.jitter', requested: 20, samples, shape }));
    expect([low, high]).toEqual([40, 160]);
  });

  test('of anything else it is what was asked', () => {
    const { value, low, high } = expectedSamples(
      receipt({ kind: 'disk.inodes', unit: 'inode', requested: 100, tolerance: 64 }),
    );
    expect([value, low, high]).toEqual([100, 36, 164]);
  });
});

test('rates of different decades are told apart', () => {
  const scale = scaleFor('bit/s', [1.6e9, 1e7]);
  expect(scale(1e7)).toBeGreaterThan(0.05);
  expect(scale(1.6e9)).toBeLessThanOrEqual(1);
  expect(scale(1.6e9) - scale(1e7)).toBeGreaterThan(0.5);
});

test('nothing measured, or nothing at all, is still a height', () => {
  for (const scale of [scaleFor('ms', []), scaleFor('bit/s', [-1]), scaleFor('byte', [0, 0])]) {
    expect([scale(-1), scale(0), scale(NaN)].every((part) => part >= 0 && part <= 1)).toBe(true);
  }
});

test('around what was asked, a value inside the tolerance is near the middle and one far off at the edge', () => {
  const scale = scaleAround({ value: 80, low: 76, high: 84 }, [80.4, 112]);
  expect(scale(80)).toBe(0.5);
  expect(scale(112)).toBe(1);
  expect(Math.abs(scale(80.4) - 0.5)).toBeLessThan(0.02);
});
