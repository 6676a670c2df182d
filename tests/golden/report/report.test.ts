import { expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { readRun } from '../../../scripts/report/read-run.ts';
import { renderReport } from '../../../scripts/report/report.ts';
import { wordsOf } from '../../support/page-words.ts';
import { madeUpRun, writeRun } from '../../support/recorded-run.ts';

/** UPDATE_GOLDEN=1 writes the file anew. */
test('what the page says of a small run is the golden text', () => {
  const golden = join(packageRoot, 'tests/golden/report/page.txt');
  const folder = mkdtempSync(join(tmpdir(), 'understudy-golden-'));
  try {
    writeRun(folder, madeUpRun());
    const words = `${wordsOf(renderReport(readRun(folder), 'scripts/understudy'))}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, words);
    expect(words).toBe(readFileSync(golden, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
