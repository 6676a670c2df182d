import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { errorOf, understudy } from '../../support/understudy.ts';

const malformed = 'tests/golden/malformed-specs/two-problems';
/** Nothing may be looked for beyond the spec: no engine answers, and nothing may be installed. */
const nowhere = {
  cwd: packageRoot,
  env: { DOCKER_HOST: 'unix:///nonexistent/docker.sock', UNDERSTUDY_NO_INSTALL: '1', NO_COLOR: '1' },
};

test('a malformed spec ends the command with 64 before an engine is looked for; stderr is the golden message', async () => {
  const { exitCode, stdout, stderr } = await understudy(['run', `${malformed}.yaml`], nowhere);
  expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
  expect(`${stderr}\n`).toBe(readFileSync(join(packageRoot, `${malformed}.txt`), 'utf8'));
});

test.each([[[]], [['--dry-run']]])(
  'a backend that is not built yet is refused, also where a plan was all that was asked for: %j',
  async (more) => {
    const ended = await understudy(['run', 'thumbnails', '--backend', 'aws', '--json', ...more], nowhere);
    expect(ended.exitCode).toBe(64);
    expect(errorOf(ended)).toMatchObject({ code: 'not-yet', message: 'backend "aws" is not built yet' });
  },
);

test('with --json it is one object on stdout, each problem with its place, and nothing on stderr', async () => {
  const ended = await understudy(['run', `${malformed}.yaml`, '--json'], nowhere);
  expect({ exitCode: ended.exitCode, stderr: ended.stderr }).toEqual({ exitCode: 64, stderr: '' });
  const place = { file: `${malformed}.yaml`, line: 3 };
  expect(errorOf(ended).problems).toEqual([
    {
      ...place,
      column: 56,
      code: 'invalid-value',
      message: 'roles.web.init: "sysv" is not allowed',
      hint: 'one of systemd, image',
    },
    {
      ...place,
      column: 69,
      code: 'invalid-type',
      message: 'roles.web.count: "many" is not allowed',
      hint: 'a whole number from 1 to 200',
    },
  ]);
});
