import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { describeRefusals } from '../../support/refusal.ts';

describeRefusals(join(packageRoot, 'tests/golden/malformed-specs'), (file) =>
  loadPlan({ cluster: file, profiles: [], seed: 1, set: {}, suites: [] }),
);
