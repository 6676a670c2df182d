import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { redactFolder } from '../../../../scripts/evidence/redact-folder.ts';
import { Redactor } from '../../../../scripts/evidence/redactor.ts';
import { RunFolder } from '../../../../scripts/evidence/run-folder.ts';

const secret = 'not-for-the-record';
const never = new AbortController().signal;
let folder: RunFolder;
beforeEach(() => {
  const path = mkdtempSync(join(tmpdir(), 'understudy-folder-'));
  folder = new RunFolder(path, new Redactor([{ name: 'S', value: secret }]));
});
afterEach(() => {
  rmSync(folder.path, { recursive: true });
});

test('whatever way something is written, it is redacted and its owner’s alone', async () => {
  folder.writeJson('a/value.json', { said: secret });
  folder.writeText('a/b/text.html', `<p>${secret}</p>`);
  folder.writeJsonLines('lines.jsonl', [secret, { secret }]);
  folder.appendLine('lines.jsonl', { again: secret });
  await folder.writeStream('c/stream.log', Readable.from([secret.slice(0, 5), secret.slice(5)]), never);
  await folder.writeLines(
    'c/lines.log',
    Readable.from([`one\ntwo ${secret}`]),
    (line) => (line === 'one' ? null : line),
    never,
  );
  const files = below(folder.path);
  expect(files.filter(({ isFolder }) => !isFolder)).toHaveLength(5);
  for (const { path, isFolder, mode } of files) {
    expect([path, mode.toString(8)]).toEqual([path, isFolder ? '700' : '600']);
    if (!isFolder) expect(readFileSync(path, 'utf8')).toMatch(/\[redacted:S:\w{12}\]/);
    if (!isFolder) expect(readFileSync(path, 'utf8')).not.toContain(secret);
  }
  expect(folder.readText('c/lines.log')).toMatch(/^two \[redacted/);
});

test('a stream that fails leaves what came, under the file’s own name, and says so', async () => {
  const broken = Readable.from(
    (async function* () {
      yield 'the beginning';
      await Promise.resolve();
      throw new Error('cut');
    })(),
  );
  await expect(folder.writeStream('cut.log', broken, never)).rejects.toThrow('cut');
  expect(readdirSync(folder.path)).toEqual(['cut.log']);
});

test('what was written before a secret was known is redacted in the end, except what the live cluster needs', async () => {
  folder.writeText('early.log', 'the later-secret was said');
  folder.writeClear('tmp/handle.json', { later: 'later-secret' });
  folder.redactor.learn([{ name: 'LATE', value: 'later-secret' }]);
  await redactFolder(folder);
  expect(folder.readText('early.log')).toMatch(/^the \[redacted:LATE:\w+\] was said$/);
  expect(folder.readJson('tmp/handle.json', z.unknown())).toEqual({ later: 'later-secret' });
});

function below(path: string): readonly { path: string; isFolder: boolean; mode: number }[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name);
    const own = { path: inside, isFolder: entry.isDirectory(), mode: statSync(inside).mode & 0o777 };
    return entry.isDirectory() ? [own, ...below(inside)] : [own];
  });
}
