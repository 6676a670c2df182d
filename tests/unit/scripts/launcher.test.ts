import { expect, test } from '@jest/globals';
import { execaSync } from 'execa';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { writtenSpec } from '../../support/written-spec.ts';

test('in a fresh clone the version is said at once; all else says first what is installed, and where', () => {
  using clone = writtenSpec({ 'package-lock.json': '{}', 'scripts/cli.ts': '' });
  copyFileSync(join(packageRoot, 'package.json'), clone.path('package.json'));
  copyFileSync(join(packageRoot, 'scripts/understudy'), clone.path('scripts/understudy'));
  // npm that installs nothing, and ends.
  mkdirSync(clone.path('bin'), { recursive: true });
  writeFileSync(clone.path('bin/npm'), '#!/bin/sh\necho npm was called; exit 7\n', { mode: 0o755 });
  const launched = (...argv: readonly string[]) =>
    execaSync('sh', [clone.path('scripts/understudy'), ...argv], {
      reject: false,
      env: { PATH: `${clone.path('bin')}:/usr/bin:/bin` },
      extendEnv: false,
    });
  const version = launched('--version');
  expect(version).toMatchObject({ exitCode: 0, stderr: '' });
  expect(version.stdout).toBe(ownVersion());
  const help = launched('--help');
  expect(help.exitCode).toBe(7);
  expect(help.stdout).toBe('');
  expect(help.stderr).toMatch(/^install understudy needs its packages once: npm ci in \/.*\nnpm was called/);
});

function ownVersion(): string {
  return execaSync('sh', [join(packageRoot, 'scripts/understudy'), '--version']).stdout;
}
