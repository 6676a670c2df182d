import { afterAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { labelledObjects } from '../../support/engine.ts';
import { errorOf, idleCluster, rehearsal, understudy } from '../../support/understudy.ts';

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
    // The run had begun by then: what it knew is kept, and named.
    const { runId = '', runFolder = '' } = errorOf(ended);
    expect(basename(runFolder)).toBe(runId);
    expect(existsSync(join(runFolder, 'failure.json'))).toBe(true);
    expect(await labelledObjects()).toEqual([]);
  });

  test('a fault that goes by the control, without one: before an engine is looked for', async () => {
    const ended = await understudy(
      ['run', idleCluster, '--profile', 'overloaded', '--control', 'never', '--json'],
      { env: { DOCKER_HOST: `unix://${join(folder, 'nobody.sock')}` } },
    );
    expect(ended.exitCode).toBe(64);
    expect(errorOf(ended)).toMatchObject({
      ...{ code: 'needs-control', message: expect.stringContaining('overloaded/tight') },
      hint: expect.stringContaining('--control cached'),
    });
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

describe('a node that does not become ready is a result of the run, not an error of this host', () => {
  const node = `image: ${join(idleCluster, '../node')}, init: image, memoryMiB: 64`;
  const spec = (name: string, role: string): string => {
    const path = join(folder, `${name}.yaml`);
    const suites = 'suites:\n  never: { command: ["true"] }\n';
    writeFileSync(path, `name: ${name}\nroles:\n  one: { ${node}, ${role} }\n${suites}`);
    return path;
  };

  test.each([
    [
      'ends at once',
      'command: [sh, -c, "echo no config; exit 3"]',
      /^node one-1 ended with exit code 3 before it was ready; it said last: “no config”$/,
    ],
    [
      'has no such program',
      'command: [nosuchprogram]',
      /^node one-1 could not start: no "nosuchprogram" is found in the PATH of its image$/,
    ],
    [
      'may not run its program',
      'command: [/etc/passwd]',
      /^node one-1 could not start: "\/etc\/passwd" in its image is no program that can be executed$/,
    ],
    [
      'is not what its role calls ready',
      'command: [sleep, infinity], ready: { tcp: 80, timeoutMs: 1500 }',
      /^node one-1 was not ready within 1500 ms: waited for TCP port 80, last saw: nothing listens on port 80; /,
    ],
  ])('where it %s', async (how, role, why) => {
    const ended = await rehearsal([spec(how.replaceAll(' ', '-'), role)]);
    const { verdict, runFolder, suites, residue } = ended.verdict;
    expect({ exit: ended.exitCode, verdict, suites, residue }).toEqual({
      exit: 1,
      verdict: 'fail',
      suites: [],
      residue: [],
    });
    expect(ended.verdict.why).toEqual([expect.stringMatching(why)]);
    expect(readFileSync(join(runFolder, 'junit.xml'), 'utf8')).toMatch(
      /every node becomes ready[^]*<failure/,
    );
    expect(readFileSync(join(runFolder, 'report.html'), 'utf8')).toContain(
      'was down before any suite could run',
    );
    expect(existsSync(join(runFolder, 'nodes/one-1/container.log'))).toBe(true);
    expect(await labelledObjects()).toEqual([]);
  });

  test('where it already happens in the control, it fails without faults', async () => {
    const ended = await rehearsal([spec('control', 'count: 2, command: ["false"]'), '--profile', slowPair()]);
    expect(ended.exitCode).toBe(1);
    expect(ended.verdict.why[0]).toBe('fails without faults: the control did not pass');
    expect(ended.verdict.why[1]).toMatch(
      /^node one-\d ended with exit code 1 before it was ready; it said nothing$/,
    );
  });

  function slowPair(): string {
    const path = join(folder, 'slow.yaml');
    const fault =
      '{ name: slow, kind: network.delay, on: { links: [{ from: one-1, to: one-2 }] }, delayMs: 30 }';
    writeFileSync(path, `name: slow\ndescription: slow\nfaults:\n  - ${fault}\n`);
    return path;
  }
});
