import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { loadProfile } from '../../../infra/spec/load.ts';
import { describeRefusals } from '../../support/refusal.ts';

describeRefusals(join(packageRoot, 'tests/golden/malformed-profiles'), loadProfile);
