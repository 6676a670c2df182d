import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { describeRefusals } from '../../support/refusal.ts';

/** Dependencies that speak TCP and HTTP: cache, of ports 6379 and 7000, and front, of routes. */
const cluster = join(packageRoot, 'tests/support/clusters/proxied/cluster.yaml');

describeRefusals(join(packageRoot, 'tests/golden/misdirected-profiles'), (file) =>
  loadPlan({ cluster, profiles: [file], seed: 1, set: {}, suites: [] }),
);
