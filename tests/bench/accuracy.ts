import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EXIT } from '../../infra/errors.ts';
import { cacheRoot, packageRoot } from '../../infra/places.ts';
import { Calibration } from '../../scripts/faults/kinds/calibration.ts';
import type { Receipt } from '../../scripts/verdict/receipt.ts';
import { withCleanup } from '../../scripts/teardown/cleanup-stack.ts';
import { startCommand } from './peers/command.ts';
import { rehearseOnce } from './rehearsals.ts';
import type { Reading } from './result.ts';
import type { Part } from './units.ts';

const inBench = (path: string): string => join(packageRoot, 'tests/bench', path);

/** Which rehearsal each part is read from. */
const rehearsals: Readonly<Partial<Record<Part, readonly [cluster: string, profile: string]>>> = {
  links: ['calibration', 'calibration'],
  loss: ['calibration', inBench('profiles/loss.yaml')],
  disk: [inBench('clusters/disk/cluster.yaml'), inBench('clusters/disk/profile.yaml')],
};

/** What the receipts of one rehearsal say; the seed differs from round to round, and with it which packets are lost. */
export async function readingsOf(part: Part, round: number, signal: AbortSignal): Promise<Reading[]> {
  const [cluster, profile] = rehearsals[part] ?? [];
  if (cluster === undefined || profile === undefined) return await doctorsReadings(signal);
  const argv = [cluster, '--profile', profile, '--seed', String(round)];
  // An invalid run is what a driver that is not accurate gives: its receipts are what is wanted.
  const { verdict } = await rehearseOnce(argv, { signal, expected: [EXIT.pass, EXIT.invalid] });
  return verdict.receipts.map(readingOf);
}

const DoctorReport = z.object({ calibration: Calibration });

/** What `doctor --calibrate` says that this host can do. The calibration that was there before comes back. */
async function doctorsReadings(signal: AbortSignal): Promise<Reading[]> {
  const file = join(cacheRoot(), 'calibration.json');
  const before = existsSync(file) ? readFileSync(file) : null;
  return await withCleanup(async (cleanup) => {
    cleanup.add('the calibration of this host', () => {
      if (before === null) rmSync(file, { force: true });
      else writeFileSync(file, before);
    });
    const launcher = join(packageRoot, 'scripts/understudy');
    const { stdout } = await startCommand(launcher, ['doctor', '--calibrate', '--json'], { signal }).done;
    return DoctorReport.parse(JSON.parse(stdout)).calibration.steps.map(
      ({ kind, requested, measured, unit, n }): Reading => ({
        kind,
        target: '',
        requested,
        measured,
        unit,
        n,
        bystanders: 0,
        bystandersOk: true,
        healedOk: true,
      }),
    );
  });
}

function readingOf(receipt: Receipt): Reading {
  const { kind, target, requested, measured, unit, n } = receipt;
  const { bystanders, bystandersOk, bystanderReading, healedOk } = receipt;
  return {
    kind,
    target,
    requested,
    measured: measured.during,
    unit,
    n,
    bystanders,
    bystandersOk,
    healedOk,
    ...(bystanderReading === undefined ? {} : { bystanderReading }),
  };
}
