import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineScript } from '../../../../scripts/rehearsal/engine-command.ts';
import { pulumiVersion } from '../../../../infra/pulumi-environment.ts';

let folder: string;

/** An engine that says what it was asked, in a folder whose name the shell would stumble over. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "understudy's engine-"));
  writeFileSync(join(folder, 'pulumi'), '#!/bin/sh\necho "engine: $*"; exit 6\n', { mode: 0o700 });
  writeFileSync(join(folder, 'command'), engineScript(join(folder, 'pulumi')), { mode: 0o700 });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function ask(...argv: readonly string[]) {
  const { stdout, exitCode } = await execa(join(folder, 'command'), argv, { reject: false });
  return { stdout, exitCode };
}

test('what is pinned or never read is answered without the engine', async () => {
  expect(await ask('version')).toEqual({ stdout: `v${pulumiVersion}`, exitCode: 0 });
  expect(await ask('stack', 'output', '--json')).toEqual({ stdout: '{}', exitCode: 0 });
  expect(await ask('stack', 'history', '--json')).toEqual({ stdout: '[]', exitCode: 0 });
});

test('everything else reaches the engine word for word, and its exit code comes back', async () => {
  expect(await ask('stack', 'init', 'a b')).toEqual({ stdout: 'engine: stack init a b', exitCode: 6 });
  expect(await ask('up', '--yes')).toEqual({ stdout: 'engine: up --yes', exitCode: 6 });
});
