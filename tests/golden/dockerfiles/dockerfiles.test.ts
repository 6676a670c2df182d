import { describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { z } from 'zod';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { loadStackImage } from '../../../infra/plan/load-plan.ts';
import type { RenderedStack } from '../../../infra/plan/plan.ts';
import { expectGolden } from '../../support/golden.ts';

const golden = join(packageRoot, 'tests/golden/dockerfiles');
const images = join(packageRoot, 'images');
const bundled = readdirSync(images, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(images, entry.name)).includes('stack.yaml'))
  .map(({ name }) => [name, join(images, name)] as const);

/** A change of one of these files builds that image anew on every machine, and takes cached controls with it. */
describe.each([...bundled, ['everything', join(golden, 'everything')] as const])('the stack %s', (name, folder) => {
  test('is rendered to the golden Dockerfile', () => {
    expectGolden(join(golden, `${name}.Dockerfile`), stackOf(folder).dockerfile);
  });

  test('carries the hash of its inputs in the first line after FROM', () => {
    const { dockerfile, inputsHash } = stackOf(folder);
    expect(dockerfile.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^ARG BASE=\S+$/),
      'FROM ${BASE}',
      `LABEL dev.understudy.inputs=${inputsHash}`,
    ]);
  });

  test('copies each of its files from the build context', () => {
    const { dockerfile, files } = stackOf(folder);
    const sources = dockerfile
      .split('\n')
      .filter((line) => line.startsWith('COPY '))
      .flatMap((line) => z.array(z.string()).parse(JSON.parse(line.slice(line.indexOf('[')))).slice(0, -1));
    expect(sources.sort()).toEqual(Object.keys(files).sort());
  });
});

test('there is one for each bundled image', () => {
  expect(bundled.map(([name]) => name)).toEqual(expect.arrayContaining(['base', 'broker', 'client', 'toolbox', 'worker']));
});

/** The stack itself, without those it is built on. */
function stackOf(folder: string): RenderedStack {
  const { inputsHash, stacks } = loadStackImage(folder);
  const own = stacks.find((one) => one.inputsHash === inputsHash);
  if (own === undefined) throw new Error(`${folder} was not rendered`);
  return own;
}
