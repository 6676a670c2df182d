import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../../infra/places.ts';
import { Fault } from '../../../infra/spec/fault.ts';
import { AfterEvent, FaultEvent } from '../../../infra/spec/faults/event.ts';
import { Monkey } from '../../../infra/spec/monkey.ts';
import { oneOfEach } from '../../support/faults.ts';
import { readResultFile } from '../../support/result-file.ts';
import { docsFile, FaultsResult, resultFile, withTable } from '../../verify/faults-result.ts';

const folder = join(packageRoot, 'docs/faults');

/** Headings of level 3, with what stands below each. */
const sections = readdirSync(folder)
  .filter((file) => file !== 'README.md')
  .flatMap((file) =>
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

  test('are all named by the first one, whose table is that of the last verification', () => {
    const page = readFileSync(docsFile, 'utf8');
    for (const file of readdirSync(folder)) if (file !== 'README.md') expect(page).toContain(`](${file})`);
    const result = readResultFile(resultFile, FaultsResult);
    if (result === null) throw new Error(`${resultFile} is not there: npm run verify-faults`);
    expect(withTable(page, result)).toBe(page);
  });
});

test('the README has every kind in the row of its family', () => {
  const rows = readFileSync(join(packageRoot, 'README.md'), 'utf8').split('\n');
  const missing = Object.keys(oneOfEach).filter((kind) => {
    const [family = '', name = ''] = kind.split('.');
    return !rows.some(
      (row) =>
        row.startsWith('|') && row.includes(`](docs/faults/${family}.md)`) && row.includes(`\`${name}\``),
    );
  });
  expect(missing).toEqual([]);
});

test('the first page of faults has an example of each event, which a profile takes', () => {
  const [, yaml = ''] =
    /```yaml\n(from:[\s\S]*?)```/.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? [];
  const examples = yaml
    .trim()
    .split('\n')
    .map((line) => z.object({ from: AfterEvent }).parse(parse(line)));
  expect(examples.flatMap(({ from }) => Object.keys(from.event)).sort()).toEqual(
    Object.keys(FaultEvent.shape).sort(),
  );
});

test('the first page of faults has an example of a monkey, and tells of every key', () => {
  const page = readFileSync(join(folder, 'README.md'), 'utf8');
  const [, yaml = ''] = /```yaml\n(monkey:[\s\S]*?)```/.exec(page) ?? [];
  const { monkey } = z.strictObject({ monkey: Monkey }).parse(parse(yaml));
  expect(Object.keys(monkey).sort()).toEqual(Object.keys(Monkey.shape).sort());
  for (const key of Object.keys(Monkey.shape)) expect(page).toContain(`| \`${key}\` |`);
});
