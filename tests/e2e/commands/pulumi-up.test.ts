import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot, stateRoot } from '../../../infra/places.ts';
import { labelledObjects } from '../../support/engine.ts';
import { understudy } from '../../support/understudy.ts';

/** A stack of our own: a developer's `dev` may be up. */
const stack = `e2e-plain-${process.pid}`;
/** Its keys lie here. */
const bound = join(stateRoot(), 'runs', stack, 'bound.json');
let variables: Readonly<Record<string, string>> = {};
let printed = '';
let secondMs = 0;

beforeAll(async () => {
  await understudy(['env']);
  const began = performance.now();
  const { exitCode, stdout } = await understudy(['env']);
  secondMs = performance.now() - began;
  expect(exitCode).toBe(0);
  printed = stdout;
  const shell = await execa('sh', ['-c', 'eval "$1" && env -0', 'sh', stdout]);
  variables = Object.fromEntries(
    shell.stdout.split('\0').flatMap((line) => {
      const at = line.indexOf('=');
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
  await pulumi('stack', 'init', stack, '--no-select');
  await configure('cluster', 'tests/support/clusters/idle/cluster.yaml');
}, 300_000);

afterAll(async () => {
  await pulumi('destroy', '--yes', '--skip-preview', '--stack', stack);
  await pulumi('stack', 'rm', '--yes', stack);
  rmSync(join(packageRoot, `Pulumi.${stack}.yaml`), { force: true });
  rmSync(join(stateRoot(), 'runs', stack), { recursive: true, force: true });
}, 60_000);

describe('eval "$(scripts/understudy env)"', () => {
  test('prints export lines and nothing else', () => {
    const lines = printed.split('\n');
    expect(lines.filter((line) => !/^export [A-Z_]+='[^']*'$/.test(line))).toEqual([]);
    expect(printed).toContain('export PULUMI_CONFIG_PASSPHRASE_FILE=');
  });

  test('makes sure of the stack dev, and selects it', async () => {
    expect((await pulumi('stack', '--show-name')).stdout).toBe('dev');
  });

  test('is quick where everything is there', () => {
    expect(secondMs).toBeLessThan(10_000);
  });
});

describe('a configuration value that is wrong', () => {
  test.each([
    ['seed', '-1', 'understudy:seed is "-1": no whole number from 0'],
    ['ttl', 'soon', 'understudy:ttl is "soon": no duration'],
    ['profiles', 'rain', 'there is no bundled profile "rain"'],
  ])('%s = %s is named, without a stack trace', async (key, value, words) => {
    await configure(key, value);
    const { exitCode, stdout, stderr } = await pulumi('preview', '--non-interactive', '--stack', stack);
    await pulumi('config', 'rm', `understudy:${key}`, '--stack', stack);
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain(words);
    expect(stdout + stderr).not.toMatch(/\n\s+at .*\.[jt]s/);
  });
});

describe('plain Pulumi at the root of the checkout', () => {
  test('brings a cluster up, finds nothing to change afterwards, and takes it down', async () => {
    await succeed('up', '--yes');
    await succeed('up', '--yes', '--expect-no-changes');
    await succeed('preview', '--expect-no-changes');
    await succeed('refresh', '--yes');
    // What refresh read back from the engine is what the program asks for.
    await succeed('preview', '--expect-no-changes');

    expect(await listed()).toMatchObject({ made: 'plain', stack, cluster: 'idle', nodes: 3, expires: null });
    const { stdout } = await understudy(['exec', '--stack', stack, 'node-2', '--', 'hostname']);
    expect(stdout).toBe('node-2');
    const { stdout: token } = await understudy([
      'exec',
      '--stack',
      stack,
      'node-2',
      '--',
      'printenv',
      'SESSION_TOKEN',
    ]);
    expect(token).toBe('a-token-of-no-worth');
    const { stdout: state } = await pulumi('stack', 'export', '--stack', stack);
    expect(state).toContain('understudy/');
    expect(state).not.toContain(token);

    await succeed('destroy', '--yes');
    expect(await labelledObjects()).toEqual([]);
    // Pulumi does not tell us: the keys go with the next command that looks.
    expect(readFileSync(bound, 'utf8')).toContain(stack);
    await understudy(['env']);
    expect(existsSync(bound)).toBe(false);
  }, 120_000);

  test('understudy down takes down what pulumi up made, and leaves its stack', async () => {
    await configure('ttl', '1h');
    await succeed('up', '--yes', '--skip-preview');
    const cluster = await listed();
    expect(Date.parse(cluster?.expires ?? '') - Date.parse(cluster?.created ?? '')).toBe(3_600_000);

    const { exitCode, stdout } = await understudy(['down', '--stack', stack, '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ runId: stack, residue: [] });
    expect(await labelledObjects()).toEqual([]);
    expect((await pulumi('stack', '--stack', stack)).stdout).toContain(
      'No resources currently in this stack',
    );
    expect(existsSync(bound)).toBe(false);
  }, 120_000);
});

const Clusters = z.object({
  clusters: z.array(
    z.object({
      runId: z.string(),
      stack: z.string().nullable(),
      cluster: z.string(),
      made: z.string(),
      nodes: z.int(),
      created: z.string(),
      expires: z.string().nullable(),
    }),
  ),
});

/** Our cluster as `understudy ls` sees it. */
async function listed(): Promise<z.infer<typeof Clusters>['clusters'][number] | undefined> {
  const { stdout } = await understudy(['ls', '--json']);
  return Clusters.parse(JSON.parse(stdout)).clusters.find(({ runId }) => runId === stack);
}

async function succeed(command: string, ...options: readonly string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await pulumi(
    command,
    ...options,
    '--non-interactive',
    '--stack',
    stack,
  );
  if (exitCode !== 0) throw new Error(`pulumi ${command} ended with ${exitCode}:\n${stdout}\n${stderr}`);
}

/** As a developer types it, with nothing but what `env` printed. */
function pulumi(...argv: readonly string[]) {
  const env = { ...variables, NODE_OPTIONS: '' };
  return execa('npx', ['pulumi', ...argv], { cwd: packageRoot, extendEnv: false, env, reject: false });
}

async function configure(key: string, value: string): Promise<void> {
  await pulumi('config', 'set', '--stack', stack, `understudy:${key}`, '--', value);
}
