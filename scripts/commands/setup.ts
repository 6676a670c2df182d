import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { openProgress } from '../progress/open.ts';
import { imagesReady } from '../setup/images.ts';
import { ensureReady } from '../setup/setup.ts';

/** Its faults are the only bundled ones that need an image of their own. */
const withImages = 'drifted';

/** Everything that `run thumbnails` needs, images included: after it no network is needed. */
export async function setup(): Promise<ExitCode> {
  const progress = openProgress();
  const { engine } = await ensureReady(progress);
  const loaded = loadPlan({ cluster: 'thumbnails', profiles: [withImages], seed: 1, set: {}, suites: [] });
  await progress.step('images of the bundled cluster', async (step) => {
    await imagesReady(engine, loaded, progress, {
      signal: new AbortController().signal,
      onOutput: (stack, line) => {
        step.update(`${stack}: ${line.slice(0, 60)}`);
      },
    });
    step.update(''); // what a build said last is no result
  });
  return EXIT.pass;
}
