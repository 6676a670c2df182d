import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { keepCached, readCached } from '../../../infra/cache-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'understudy-cache-'));
const file = join(folder, 'deep/one.json');
const Kept = z.strictObject({ n: z.int() });
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('what was kept comes back, and no half of it lies beside', () => {
  expect(readCached(file, Kept)).toBeNull();
  keepCached(file, { n: 1 });
  expect(readCached(file, Kept)).toEqual({ n: 1 });
  expect(readdirSync(join(folder, 'deep'))).toEqual(['one.json']);
});

test.each(['{"n": 1', '{"m": 1}', ''])('a file that holds %j is as good as none', (content) => {
  writeFileSync(file, content);
  expect(readCached(file, Kept)).toBeNull();
});
