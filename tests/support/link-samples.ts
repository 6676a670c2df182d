import type { LinkSample } from '../../scripts/faults/link-probes.ts';
import type { LinkReading } from '../../scripts/faults/link-receipts.ts';

export const nothing: LinkSample = { sent: 0, received: 0, delaysMs: [], bitsPerSecond: NaN };

/** `n` probes, evenly spread over ± `spreadMs` around `ms`; a share of them lost. */
export function sample(
  n: number,
  ms: number,
  { spreadMs = 0.05, lost = 0, bitsPerSecond = NaN } = {},
): LinkSample {
  const received = Math.round(n * (1 - lost));
  const delaysMs = Array.from(
    { length: received },
    (_, index) => ms - spreadMs + (2 * spreadMs * index) / Math.max(1, received - 1),
  );
  return { sent: n, received, delaysMs, bitsPerSecond };
}

export function reading(probes: LinkSample, bitsPerSecond = NaN): LinkReading {
  return { probes, flood: { ...nothing, received: Number.isNaN(bitsPerSecond) ? 0 : 1000, bitsPerSecond } };
}
