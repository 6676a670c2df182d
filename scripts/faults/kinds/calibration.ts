import { join } from 'node:path';
import { z } from 'zod';
import { keepCached, readCached } from '../../../infra/cache-file.ts';
import { cacheRoot } from '../../../infra/places.ts';
import type { Receipt } from '../../verdict/receipt.ts';

const Step = z.strictObject({
  kind: z.enum(['network.delay', 'network.loss', 'network.rate']),
  requested: z.number(),
  measured: z.number(),
  unit: z.string(),
  n: z.int(),
  tolerance: z.number(),
  ok: z.boolean(),
});
type Step = z.infer<typeof Step>;

/** What the drivers of network faults were measured to do on this host (`doctor --calibrate`). */
export const Calibration = z.strictObject({
  schema: z.literal(1),
  takenAt: z.iso.datetime(),
  steps: z.array(Step),
  /** Median of what links carried before any fault, bit/s. */
  capacityBitsPerSecond: z.number(),
});
export type Calibration = z.infer<typeof Calibration>;

/** Pure: the receipts of a run of the bundled `calibration` cluster and profile. */
export function calibrationOf(receipts: readonly Receipt[], takenAt: Date): Calibration {
  const steps = receipts.map(({ kind, requested, measured, unit, n, tolerance, ok }) =>
    Step.parse({ kind, requested, measured: measured.during, unit, n, tolerance, ok }),
  );
  const capacities = receipts
    .filter(({ kind }) => kind === 'network.rate')
    .map(({ measured }) => measured.before)
    .sort((a, b) => a - b);
  return {
    schema: 1,
    takenAt: takenAt.toISOString(),
    steps: steps.sort((a, b) => (a.kind === b.kind ? a.requested - b.requested : a.kind < b.kind ? -1 : 1)),
    capacityBitsPerSecond: capacities[Math.floor(capacities.length / 2)] ?? 0,
  };
}

/** Pure: the calibrated step of this kind that is nearest to what is asked, by ratio; null where there is none. */
export function nearestStep({ steps }: Calibration, kind: string, requested: number): Step | null {
  const distance = (step: Step): number => Math.abs(Math.log(step.requested / requested));
  const candidates = steps.filter((step) => step.kind === kind);
  return candidates.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

const file = (): string => join(cacheRoot(), 'calibration.json');

export function readCalibration(): Calibration | null {
  return readCached(file(), Calibration);
}

export function keepCalibration(calibration: Calibration): void {
  keepCached(file(), calibration);
}
