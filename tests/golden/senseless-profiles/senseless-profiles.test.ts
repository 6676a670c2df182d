import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { describeRefusals } from '../../support/refusal.ts';

/** Two nodes, a delay of 5 ms in one direction, a disk of 16 MiB and 512 inodes each, suites of 10 minutes in all. */
const cluster = join(packageRoot, 'tests/support/clusters/windows/cluster.yaml');

describeRefusals(join(packageRoot, 'tests/golden/senseless-profiles'), (file) =>
  loadPlan({ cluster, profiles: [file], seed: 1, set: {}, suites: [] }),
);
