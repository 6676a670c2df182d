import { noProbes, type LinkSample } from '../../scripts/faults/links/link-probes.ts';
import type { LinkReading } from '../../scripts/faults/network/link-reading.ts';

export const nothing = noProbes;

/** `n` probes, evenly spread over ± `spreadMs` around `ms`; a share of them lost, so many in a row (0: as where each is lost by itself), and of those that came, twice, late, or broken. */
export function sample(
  n: number,
  ms: number,
  { spreadMs = 0.05, lost = 0, twice = 0, late = 0, broken = 0, inRow = 0, bitsPerSecond = NaN } = {},
): LinkSample {
  const received = Math.round(n * (1 - lost));
  const delaysMs = Array.from(
    { length: received },
    (_, index) => ms - spreadMs + (2 * spreadMs * index) / Math.max(1, received - 1),
  );
  const [copies = 0, overtaken = 0, corrupted = 0] = [twice, late, broken].map((share) =>
    Math.round(received * share),
  );
  const lostInRuns = received === 0 ? 0 : n - received;
  const runs = { lossRuns: Math.round(lostInRuns / (inRow || 1 / (1 - lost))), lostInRuns };
  return { sent: n, received, copies, overtaken, corrupted, ...runs, delaysMs, bitsPerSecond };
}

export function reading(probes: LinkSample, bitsPerSecond = NaN): LinkReading {
  return { probes, flood: { ...nothing, received: Number.isNaN(bitsPerSecond) ? 0 : 1000, bitsPerSecond } };
}
