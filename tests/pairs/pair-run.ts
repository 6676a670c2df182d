import { z } from 'zod';
import type { Verdict } from '../../scripts/verdict/verdict.ts';

/** What the naive farm must lack where it fails, in the suite's own words. */
export const named = { suite: 'thumbnails', test: 'every picture has its thumbnail' } as const;

export const profiles = ['degraded-network', 'low-disk'] as const;
const seeds = Array.from({ length: 10 }, (_, index) => index + 1);

/** One run of the naive farm that is asked for. */
export interface Wanted {
  readonly seed: number;
  readonly degraded: boolean;
}

/** Without profiles and with them, by turns: a part of them is pairs, too. */
export const wantedRuns: readonly Wanted[] = seeds.flatMap((seed) => [
  { seed, degraded: false },
  { seed, degraded: true },
]);

/** What is typed behind `understudy`. */
export function argvOf({ seed, degraded }: Wanted): readonly string[] {
  const faults = degraded ? profiles.flatMap((profile) => ['--profile', profile]) : [];
  return ['run', 'thumbnails', '--set', 'application=naive', ...faults, '--seed', String(seed), '--json'];
}

export const PairRun = z.strictObject({
  seed: z.int(),
  degraded: z.boolean(),
  at: z.iso.datetime(),
  tookMs: z.number(),
  /** null where the command ended without one: then `failure` says how. */
  verdict: z.enum(['pass', 'fail', 'invalid']).nullable(),
  failure: z.string().nullable(),
  why: z.array(z.string()),
  /** How many receipts there were, and how many of them hold: as asked, bystanders clean, healed. */
  receipts: z.int(),
  receiptsThatHold: z.int(),
  /** Every test that failed, as "suite: test". */
  failing: z.array(z.string()),
  /** Whether it went as an honest pair must. */
  asPromised: z.boolean(),
});
export type PairRun = z.infer<typeof PairRun>;

/** Pure: what a verdict says of one run, and whether that is what was promised of it. */
export function judged(wanted: Wanted, verdict: Verdict): Omit<PairRun, 'at' | 'tookMs'> {
  const holding = verdict.receipts.filter((one) => one.ok && one.bystandersOk && one.healedOk).length;
  const failing = verdict.suites.flatMap(({ suite, tests }) =>
    tests.filter(({ status }) => status === 'failed').map(({ name }) => `${suite}: ${name}`),
  );
  const honest =
    verdict.verdict === 'fail' &&
    verdict.receipts.length > 0 &&
    holding === verdict.receipts.length &&
    verdict.control?.verdict === 'pass' &&
    failing.includes(`${named.suite}: ${named.test}`);
  return {
    ...wanted,
    verdict: verdict.verdict,
    failure: null,
    why: verdict.why,
    receipts: verdict.receipts.length,
    receiptsThatHold: holding,
    failing,
    asPromised: wanted.degraded ? honest : verdict.verdict === 'pass',
  };
}
