import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../infra/places.ts';
import { Fault } from '../../../infra/spec/fault.ts';
import { oneOfEach } from '../../support/faults.ts';

const folder = join(packageRoot, 'docs/faults');

/** Headings of level 3, with what stands below each. */
const sections = readdirSync(folder).flatMap((file) =>
  readFileSync(join(folder, file), 'utf8')
    .split(/^### /m)
    .slice(1)
    .map((text) => ({ kind: text.slice(0, text.indexOf('\n')).trim(), text })),
);

describe('the pages of faults', () => {
  test('tell of every kind there is, once, and of no other', () => {
    expect(sections.map(({ kind }) => kind).sort()).toEqual(Object.keys(oneOfEach).sort());
  });

  test.each(sections)('$kind has an example that a profile takes, and its traps', ({ kind, text }) => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
    expect(Fault.parse(parse(yaml))).toMatchObject({ kind });
    expect(text).toMatch(/^Traps: /m);
  });
});
