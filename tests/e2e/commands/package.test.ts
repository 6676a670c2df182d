import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { cpSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { Verdict } from '../../../scripts/verdict/verdict.ts';
import { labelledObjects } from '../../support/engine.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'understudy-package-')));
const project = join(folder, 'shop');
const state = join(folder, 'state');
let packed: readonly string[] = [];

beforeAll(async () => {
  cpSync(join(packageRoot, 'tests/support/projects/shop'), project, { recursive: true });
  await execa('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: packageRoot });
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
  packed = (await execa('tar', ['--list', '--gzip', '--file', tarball])).stdout
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  await inProject('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball]);
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('npm pack', () => {
  test('holds what the product reads at run time', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'scripts/understudy',
        'dist/Pulumi.yaml',
        'dist/infra/index.js',
        'dist/scripts/cli.js',
        'dist/scripts/teardown/watcher-process.js',
        'images/base/stack.yaml',
        'images/toolbox/hold.sh',
        'infra/clusters/thumbnails/cluster.yaml',
        'infra/profiles/degraded-network.yaml',
        'scripts/setup/go/engine/go.sum',
        'tests/suites/thumbnails/jest.config.js',
        'tests/suites/smoke/test_smoke.py',
      ]),
    );
  });

  test('holds nothing else: no tests of our own, no state, no second copy of the source', () => {
    const suites = packed.filter((path) => path.startsWith('tests/suites/'));
    const others = packed.filter((path) => !suites.includes(path));
    expect(others.filter((path) => /^(\.|node_modules\/|tests\/)|\.ts$/.test(path))).toEqual([]);
    expect(suites.filter((path) => /junit.*\.xml$|__pycache__/.test(path))).toEqual([]);
  });
});

describe('installed in another project', () => {
  test('rehearses that project’s cluster with its own image and pytest suite', async () => {
    const { exitCode, verdict } = await rehearse('./cluster.yaml');
    expect({ exitCode, verdict: verdict.verdict, why: verdict.why }).toEqual({
      exitCode: 0,
      verdict: 'pass',
      why: [],
    });
    expect(verdict.suites.flatMap(({ tests }) => tests.map(({ name, status }) => [name, status]))).toEqual([
      ['test_runs_in_a_node_as_the_clusters_account', 'passed'],
      ['test_the_api_answers_by_name', 'passed'],
    ]);
    expect(verdict.runFolder).toBe(join(project, '.runs', verdict.runId));
    expect(existsSync(join(verdict.runFolder, 'report.html'))).toBe(true);
    expect(verdict.residue).toEqual([]);
    expect(await labelledObjects()).toEqual([]);
    expect(readdirSync(join(state, 'understudy'))).toEqual(expect.arrayContaining(['passphrase', 'pulumi']));
    const inCheckout = [`.runs/${verdict.runId}`, `.state/runs/${verdict.runId}`];
    expect(inCheckout.filter((path) => existsSync(join(packageRoot, path)))).toEqual([]);
  }, 300_000);

  test('rehearses the bundled cluster, whose jest suite is TypeScript below node_modules', async () => {
    const { exitCode, verdict } = await rehearse('thumbnails', '--suite', 'thumbnails');
    expect({ exitCode, verdict: verdict.verdict, why: verdict.why }).toEqual({
      exitCode: 0,
      verdict: 'pass',
      why: [],
    });
    expect(verdict.suites.map(({ suite, tests }) => [suite, tests.length])).toEqual([['thumbnails', 6]]);
    expect(await labelledObjects()).toEqual([]);
  }, 300_000);
});

async function rehearse(...argv: readonly string[]) {
  const { exitCode, stdout, stderr } = await inProject(
    'npx',
    ['understudy', 'run', ...argv, '--json'],
    false,
  );
  const lines = stdout.split('\n');
  if (lines.length !== 1) throw new Error(`exit ${exitCode}, stdout is not one line:\n${stdout}\n${stderr}`);
  return { exitCode, verdict: Verdict.parse(JSON.parse(stdout)) };
}

/** As a user's shell would: nothing of this checkout on PATH, and nothing of the npm and jest that run this test. */
async function inProject(command: string, argv: readonly string[], reject = true) {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.startsWith(packageRoot));
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle|config_local_prefix)|NODE_OPTIONS$|INIT_CWD$)/.test(name),
  );
  return await execa(command, argv, {
    cwd: project,
    extendEnv: false,
    env: { ...Object.fromEntries(own), PATH: path.join(delimiter), XDG_STATE_HOME: state },
    reject,
  });
}
