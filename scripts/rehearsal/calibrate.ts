import { HostError, InterruptedError } from '../../infra/errors.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { hostAbilities } from '../faults/side-car/abilities.ts';
import { calibrationOf, keepCalibration } from '../faults/kinds/calibration.ts';
import { driverOf } from '../faults/fault-driver.ts';
import { openProgress } from '../progress/open.ts';
import { imagesReady } from '../setup/images.ts';
import { ensureReady } from '../setup/setup.ts';
import { listenForInterrupts } from '../teardown/interrupt.ts';
import { rehearse } from './rehearsal.ts';

/**
 * Measures what the drivers of link faults do on this host, by a rehearsal of the bundled `calibration` cluster through
 * the same way that every rehearsal goes, and keeps the result. Profiles that are tighter are refused from then on.
 */
export async function calibrate(): Promise<void> {
  const loaded = loadPlan({
    cluster: 'calibration',
    profiles: ['calibration'],
    seed: 1,
    set: {},
    suites: [],
  });
  const progress = openProgress();
  const { engine, host, toolbox } = await ensureReady(progress);
  using interrupts = listenForInterrupts();
  await imagesReady(engine, loaded, progress, { signal: interrupts.signal });
  const abilities = await hostAbilities(engine, toolbox);
  const verdict = await rehearse(
    { loaded, control: 'never', keep: 'never', pcap: false },
    { engine, host, toolbox, abilities, progress, interrupts, faultDriver: driverOf },
  );
  if (verdict.interrupted === true) throw new InterruptedError('interrupted', 'calibration was interrupted');
  if (verdict.residue.length > 0 || verdict.receipts.length === 0)
    throw new HostError('calibration', `calibration did not end well: ${verdict.why.join('; ')}`, {
      hint: `the report is ${verdict.report ?? verdict.runFolder}`,
    });
  keepCalibration(calibrationOf(verdict.receipts, new Date()));
}
