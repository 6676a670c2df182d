import { dirname, join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { loadStack } from '../../../infra/spec/load.ts';
import { describeRefusals } from '../../support/refusal.ts';

describeRefusals(
  join(packageRoot, 'tests/golden/malformed-stacks'),
  (file) => loadStack(dirname(file)),
  { inner: 'stack.yaml' },
);
