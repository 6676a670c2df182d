import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../../infra/places.ts';
import { defaultSettleMs, Invariant } from '../../../infra/spec/invariant.ts';

const page = readFileSync(join(packageRoot, 'docs/invariants.md'), 'utf8');

test('the page of invariants has an example that a spec takes, and tells of every key and its default', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const { invariants } = z.strictObject({ invariants: z.record(z.string(), Invariant) }).parse(parse(yaml));
  expect(Object.keys(invariants)).toHaveLength(3);
  for (const key of Object.keys(Invariant.shape)) expect(page).toContain(`\`${key}\``);
  const { everyMs, timeoutMs } = Invariant.parse({ where: 'a', command: ['true'] });
  for (const figure of [
    `| \`everyMs\` | ${everyMs};`,
    `| \`timeoutMs\` | ${timeoutMs};`,
    `\`settleMs\` (${defaultSettleMs})`,
  ])
    expect(page).toContain(figure);
});
