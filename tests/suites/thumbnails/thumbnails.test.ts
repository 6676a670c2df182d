import { beforeAll, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { rehearse, type Observation } from './farm.ts';
import { picture } from './pictures.ts';

const pictures = Array.from({ length: 200 }, (_, index) => picture(index));
const thumbnailOf = (name: string): string => name.replace(/ppm$/, 'png');

let seen: Observation;
beforeAll(async () => {
  seen = await rehearse(pictures);
});

test('every picture has its thumbnail', () => {
  const missing = pictures.map(({ name }) => thumbnailOf(name)).filter((name) => !(name in seen.digests));
  expect(missing).toEqual([]);
});

test('every thumbnail has the golden content', () => {
  const wrong = pictures.filter(
    ({ name, thumbnail }) => (seen.digests[thumbnailOf(name)] ?? thumbnail) !== thumbnail,
  );
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

test('every thumbnail is what the run without faults made of it', () => {
  const golden = join(process.env['UNDERSTUDY_GOLDEN_DIR'] ?? '.', 'thumbnails.json');
  if (process.env['UNDERSTUDY_GOLDEN'] === 'record') writeFileSync(golden, JSON.stringify(seen.digests));
  if (process.env['UNDERSTUDY_GOLDEN'] !== 'compare') return;
  const expected = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(golden, 'utf8')));
  const differing = Object.keys(seen.digests).filter((name) => seen.digests[name] !== expected[name]);
  expect(differing).toEqual([]);
});

test('every picture has exactly one effect: one thumbnail, and none that nobody asked for', () => {
  const asked = new Set(pictures.map(({ name }) => thumbnailOf(name)));
  expect(Object.keys(seen.digests).filter((name) => !asked.has(name))).toEqual([]);
  const rendered = seen.executions.filter(({ did }) => did === 'render').length;
  const again = seen.executions.length - rendered;
  process.stdout.write(`executions: ${rendered} rendered, ${again} found their work done\n`);
});

test('no half-written thumbnail was ever served', () => {
  expect(seen.halfWritten).toEqual([]);
});

test('every picture that met a full disk was done once there was room', () => {
  const undone = seen.errors.filter(({ picture: name }) => !(thumbnailOf(name) in seen.digests));
  expect(undone).toEqual([]);
  process.stdout.write(
    `full disk: met by ${new Set(seen.errors.map(({ picture: name }) => name)).size} pictures\n`,
  );
});
