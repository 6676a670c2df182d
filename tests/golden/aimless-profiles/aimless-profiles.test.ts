import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { describeRefusals } from '../../support/refusal.ts';

/** The bundled cluster: a broker, three workers with a disk and a unit each, a client. */
describeRefusals(join(packageRoot, 'tests/golden/aimless-profiles'), (file) =>
  loadPlan({ cluster: 'thumbnails', profiles: [file], seed: 4, set: {}, suites: [] }),
);
