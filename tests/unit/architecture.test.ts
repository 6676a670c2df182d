import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { execaSync } from 'execa';
import { packageRoot } from '../../infra/places.ts';

/** Imports go from left to right only: tests → scripts → infra → images. */
const rooms = ['tests', 'scripts', 'infra', 'images'] as const;

/** Only these may import a package: one owner, so that it can be replaced in one place. */
const owners: Readonly<Record<string, RegExp>> = {
  '@pulumi/docker': /^infra\/components\/docker\/|^tests\//,
  commander: /^scripts\/(cli|commands\/program)\.ts$/,
  'log-update': /^scripts\/progress\//,
  'pure-rand': /^infra\/plan\/seed\.ts$|^tests\//,
};

/** Pure cores: equal arguments give equal results. */
const pure =
  /^images\/[a-z-]+\.ts$|^infra\/plan\/(plan|schedule|canonical|seed|bind|subnet)\.ts$|^infra\/spec\/(?!load)[a-z-]+\.ts$/;
const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|from 'node:(fs|child_process|net|os|timers)/;

const files = execaSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: packageRoot,
})
  .stdout.split('\n')
  .filter((file) => rooms.some((room) => file.startsWith(`${room}/`)))
  .map((path) => ({ path, text: readFileSync(join(packageRoot, path), 'utf8') }));

test('imports go from tests to scripts to infra to images and never back', () => {
  const wrong = files.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => relative(packageRoot, resolve(packageRoot, dirname(path), specifier)))
      .filter((target) => roomIndex(target) !== -1 && roomIndex(target) < roomIndex(path))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('a package with an owner is imported by its owner alone', () => {
  const wrong = files.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((specifier) => owners[specifier]?.test(path) === false)
      .map((specifier) => `${path} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test('a pure core reads neither clock, nor chance, nor the machine', () => {
  const wrong = files
    .filter(({ path, text }) => pure.test(path) && impure.test(text))
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
});

test('nothing outside cli, commands and output writes to stdout or ends the process', () => {
  const allowed =
    /^scripts\/(cli|output)\.ts$|^scripts\/(commands|progress|setup)\/|^scripts\/teardown\/watcher-process\.ts$|^tests\//;
  const wrong = files
    .filter(
      ({ path, text }) =>
        !allowed.test(path) && /\bconsole\.|\bprocess\.exit\(|\bprocess\.stdout\.write/.test(text),
    )
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
});

test('no type is silenced: no any, no ts-ignore, no eslint-disable, no double assertion', () => {
  const silenced = /\bas any\b|: any\b|<any>|as unknown as|@ts-(ignore|expect-error|nocheck)|eslint-disable/;
  const wrong = files
    .filter(({ path }) => path !== 'tests/unit/architecture.test.ts')
    .filter(({ text }) => silenced.test(text))
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
});

test('a file outside tests has at most 300 lines', () => {
  const wrong = files
    .filter(({ path, text }) => !path.startsWith('tests/') && text.split('\n').length > 301)
    .map(({ path, text }) => `${path}: ${text.split('\n').length}`);
  expect(wrong).toEqual([]);
});

test('no file is a drawer for what has no name', () => {
  const wrong = files
    .filter(({ path }) => /(utils?|helpers?|manager|misc|common)\.ts$/.test(path))
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
});

function roomIndex(path: string): number {
  return rooms.findIndex((room) => path.startsWith(`${room}/`));
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, specifier = '']) => specifier);
}
