import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawFor } from '../../infra/plan/seed.ts';
import { mostBurstProbes, probesForBursts } from '../../infra/spec/faults/burst-probes.ts';
import {
  chainOf,
  meanRun,
  meanRunInterval,
  varianceFactor,
  type Bursts,
} from '../../scripts/faults/links/link-bursts.ts';
import { noProbes, type LinkSample } from '../../scripts/faults/links/link-probes.ts';
import { intervalOf, isKnown } from '../../scripts/faults/network/link-ratio.ts';
import { burstLoss } from '../support/faults.ts';
import { sample } from '../support/link-samples.ts';

const bursts: fc.Arbitrary<Bursts> = fc
  .record({
    lossRatio: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
    burstPackets: fc.double({ min: 2, max: 50, noNaN: true }),
  })
  .filter(({ lossRatio, burstPackets }) => probesForBursts(lossRatio, burstPackets) <= mostBurstProbes);

/** What a link that changes as `chainOf` says loses of `n` probes. */
function lossesOf({ enter, leave }: ReturnType<typeof chainOf>, n: number, seed: number): LinkSample {
  const draw = drawFor(seed, 'bursts');
  const chance = (ratio: number): boolean => draw.integer(0, 999_999_999) < ratio * 1e9;
  let [isBad, received, lossRuns, waiting, lostInRuns] = [false, 0, 0, 0, 0];
  for (let probe = 0; probe < n; probe += 1) {
    if (chance(isBad ? leave : enter)) isBad = !isBad;
    if (isBad) waiting += received > 0 ? 1 : 0;
    else {
      if (waiting > 0) lossRuns += 1;
      lostInRuns += waiting;
      [received, waiting] = [received + 1, 0];
    }
  }
  return { ...noProbes, sent: n, received, lossRuns, lostInRuns };
}

describe('a link that changes with the chances of its bursts', () => {
  test('are chances, and those of the share and length that were asked', () => {
    fc.assert(
      fc.property(bursts, ({ lossRatio, burstPackets }) => {
        const { enter, leave } = chainOf({ lossRatio, burstPackets });
        expect(enter > 0 && enter <= 1 && leave > 0 && leave <= 1).toBe(true);
        expect(enter / (enter + leave)).toBeCloseTo(lossRatio, 9);
        expect(1 / leave).toBeCloseTo(burstPackets, 9);
      }),
    );
  });

  test('loses what was asked, as far as so many probes tell', () => {
    fc.assert(
      fc.property(bursts, fc.nat(), ({ lossRatio, burstPackets }, seed) => {
        const losses = lossesOf(chainOf({ lossRatio, burstPackets }), 50_000, seed);
        const [low, high] = intervalOf('network.burst-loss', losses);
        expect(low <= lossRatio && lossRatio <= high).toBe(true);
        const [shortest, longest] = meanRunInterval(losses);
        expect(shortest <= burstPackets && burstPackets <= longest).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('is known from as many probes as are sent at most', () => {
    fc.assert(
      fc.property(bursts, fc.nat(), ({ lossRatio, burstPackets }, seed) => {
        const losses = lossesOf(chainOf({ lossRatio, burstPackets }), 67_000, seed);
        expect(isKnown(burstLoss(lossRatio, burstPackets), sample(400, 0.1), losses)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

test('losses that come alone are no bursts, and tell nothing of each other', () => {
  const alone = lossesOf({ enter: 0.1, leave: 0.9 }, 50_000, 7);
  expect(meanRun(alone)).toBeCloseTo(1.11, 1);
  expect(varianceFactor(alone)).toBeLessThan(1.05);
  expect(varianceFactor(noProbes)).toBe(1);
});
