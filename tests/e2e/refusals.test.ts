import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labelledObjects } from '../support/engine.ts';
import { errorOf, idleCluster, understudy } from '../support/understudy.ts';

const folder = mkdtempSync(join(tmpdir(), 'understudy-refusals-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('what cannot be done is refused clearly, and nothing is left', () => {
  test('an engine that is named and does not answer', async () => {
    const ended = await understudy(['run', idleCluster, '--json'], {
      env: { DOCKER_HOST: `unix://${join(folder, 'nobody.sock')}` },
    });
    expect(errorOf(ended)).toMatchObject({ exit: 69, hint: expect.stringMatching(/DOCKER_HOST/) });
    expect(ended.exitCode).toBe(69);
  });

  test('an image that is nowhere', async () => {
    const spec = join(folder, 'missing.yaml');
    const image = `nowhere.invalid/none@sha256:${'0'.repeat(64)}`;
    writeFileSync(spec, `name: missing\nroles:\n  one: {image: "${image}", init: image}\n`);
    const ended = await understudy(['run', spec, '--json']);
    expect(ended.exitCode).toBe(69);
    expect(errorOf(ended).message).toContain('nowhere.invalid/none');
    expect(await labelledObjects()).toEqual([]);
  });

  test('a fixed forward port that somebody else has', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const spec = join(folder, 'port.yaml');
    writeFileSync(
      spec,
      `name: port\nroles:\n  one: {image: ${join(idleCluster, '../node')}, init: image, command: [sleep, infinity], forwards: [{port: 80, hostPort: ${address.port}}]}\n`,
    );
    const ended = await understudy(['run', spec, '--json']);
    server.close();
    expect(ended.exitCode).toBe(69);
    expect(errorOf(ended).message).toContain(String(address.port));
    expect(await labelledObjects()).toEqual([]);
  });

  test('a cluster that does not exist is answered with those that do', async () => {
    const ended = await understudy(['run', 'thumbnail', '--json']);
    expect(ended.exitCode).toBe(64);
    expect(JSON.stringify(errorOf(ended))).toContain('thumbnails');
  });

  test('a spec with a mistake, before Docker is even looked for, without a stack trace', async () => {
    const spec = join(folder, 'typo.yaml');
    writeFileSync(spec, 'name: typo\nroles:\n  one: {imag: x, init: image}\n');
    const env = { DOCKER_HOST: `unix://${join(folder, 'nobody.sock')}` };
    const ended = await understudy(['run', spec], { env });
    expect(ended.exitCode).toBe(64);
    expect(ended.stderr).toMatch(/typo\.yaml:3:\d+/);
    expect(ended.stderr).toMatch(/\^/);
    expect(ended.stderr).not.toMatch(/\n\s+at .*\.ts/);
  });

  test('a verb that is not built yet', async () => {
    const ended = await understudy(['shrink', 'capsule.tgz', '--json']);
    expect(ended.exitCode).toBe(64);
    expect(errorOf(ended).message).toContain('not built yet');
  });
});
