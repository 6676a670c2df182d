import { expect, test } from '@jest/globals';
import { execa, execaSync } from 'execa';
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

test('of two first commands at one time one installs, and the other waits for it', async () => {
  using clone = writtenSpec({ 'package-lock.json': '{}', 'scripts/cli.ts': '' });
  copyFileSync(join(packageRoot, 'package.json'), clone.path('package.json'));
  copyFileSync(join(packageRoot, 'scripts/understudy'), clone.path('scripts/understudy'));
  mkdirSync(clone.path('bin'), { recursive: true });
  // Takes until the second one has asked for its turn, too.
  const asked = clone.path('asked');
  const flock = ['#!/bin/sh', `echo asked >> ${asked}`, 'exec /usr/bin/flock "$@"'];
  const npm = [
    '#!/bin/sh',
    'echo npm was called; rm -rf node_modules; mkdir node_modules',
    `until [ "$(grep -c asked ${asked})" = 2 ]; do sleep 0.05; done`,
    'touch -d "next year" node_modules/.package-lock.json',
  ];
  const node = ['#!/bin/sh', '[ "$1" != --version ] || { echo v24.0.0; exit; }', 'echo began'];
  writeFileSync(clone.path('bin/npm'), npm.join('\n'), { mode: 0o755 });
  writeFileSync(clone.path('bin/flock'), flock.join('\n'), { mode: 0o755 });
  writeFileSync(clone.path('bin/node'), node.join('\n'), { mode: 0o755 });
  const launched = () =>
    execa('sh', [clone.path('scripts/understudy'), '--help'], {
      env: { PATH: `${clone.path('bin')}:/usr/bin:/bin` },
      extendEnv: false,
    });
  const ended = await Promise.all([launched(), launched()]);
  expect(ended.map(({ stdout }) => stdout)).toEqual(['began', 'began']);
  expect(
    ended
      .map(({ stderr }) => stderr)
      .join('\n')
      .match(/npm was called/g),
  ).toHaveLength(1);
});

function ownVersion(): string {
  return execaSync('sh', [join(packageRoot, 'scripts/understudy'), '--version']).stdout;
}
