import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { Verdict } from '../../../scripts/verdict/verdict.ts';
import { labelledObjects } from '../../support/engine.ts';
import { startRehearsal } from '../../support/live-run.ts';
import { rehearsal } from '../../support/understudy.ts';
import { until } from '../../support/until.ts';

const layered = join(packageRoot, 'tests/support/clusters/layered');
const cluster = join(layered, 'cluster.yaml');
const profile = (name: string): string => join(layered, 'profiles', `${name}.yaml`);
const asked = (name: string): readonly string[] => [
  ...[cluster, '--profile', profile(name), '--seed', '5', '--control', 'never'],
];

test('calls that are slow, go by at a rate, hang or say other than was written are each confirmed, and healed', async () => {
  const { verdict } = await rehearsal([...asked('calls'), '--suite', 'wait']);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  expect(verdict.receipts).toMatchObject([
    { fault: 'calls/slow', requested: 40, healedOk: true, bystandersOk: true },
    { fault: 'calls/spoilt', measured: { before: 0, during: 1, after: 0 }, healedOk: true },
    { fault: 'calls/rate', requested: 8_388_608, unit: 'bit/s', healedOk: true },
    { fault: 'calls/hung', measured: { before: 0, during: 1, after: 0 }, healedOk: true },
  ]);
  const [slow, , rate] = verdict.receipts;
  expect(slow?.measured.during).toBeGreaterThanOrEqual(40);
  expect(slow?.measured.after).toBeLessThan(20);
  expect(rate?.measured.before).toBeGreaterThan(20_000_000);
  expect(verdict.residue).toEqual([]);
});

test('calls that fail do as often as was asked, of the unit that has a file open too; zeros are read as such', async () => {
  const { verdict } = await rehearsal([...asked('errors'), '--suite', 'brief']);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  expect(verdict.receipts).toMatchObject([
    { fault: 'errors/errors', requested: 1 / 3, measured: { before: 0, during: 1 / 3, after: 0 } },
    { fault: 'errors/zeros', measured: { before: 0, during: 1, after: 0 }, bystanders: 2 },
  ]);
});

test('what was not synchronised is gone when its node has lost its power, and what was is there; the disk forgets on', async () => {
  const { verdict } = await rehearsal([...asked('lost'), '--suite', 'wait']);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  expect(verdict.receipts).toMatchObject([
    { fault: 'lost/forgets', measured: { before: 0, during: 1, after: 0 }, healedOk: true },
    { fault: 'lost/power-loss', healedOk: true },
  ]);
  const log = readFileSync(join(verdict.runFolder, 'nodes/forgetful-1/container.log'), 'utf8');
  const found = (file: string): readonly number[] =>
    [...log.matchAll(new RegExp(`found ${file} (\\d+)`, 'g'))].map(([, lines]) => Number(lines));
  const [[, bare = NaN], [, safe = NaN]] = [found('bare'), found('safe')];
  // It wrote to both for three seconds, about ten times a second.
  expect(safe - bare).toBeGreaterThan(10);
  expect(bare).toBeGreaterThan(0);
});

test('where somebody has a file open since before it could come, the fault is not there, and the run says who', async () => {
  const { exitCode, verdict } = await rehearsal([...asked('held'), '--suite', 'brief']);
  expect({ exitCode, verdict: verdict.verdict, leftovers: verdict.leftovers }).toEqual({
    ...{ exitCode: 2, verdict: 'invalid', leftovers: [] },
  });
  expect(verdict.why.join('\n')).toMatch(
    /held\/held: .*sleep \(process 1\) has \/var\/lib\/one\/held open, since before a fault could come between/,
  );
  // Nobody of ours keeps what was to stand in front of the disk.
  expect(verdict.why.join('\n')).not.toMatch(/driver|still serves/);
  expect(verdict.receipts).toMatchObject([{ ok: false, measured: { during: -1 } }]);
});

test('a disk that goes on hanging after its window is read as what it is, and nothing stands there in the end', async () => {
  const script = join(packageRoot, 'tests/support/sabotaged-rehearsal.ts');
  const argv = [script, 'heal-of-windows', cluster, profile('hung'), 'wait'];
  const { exitCode, stdout } = await execa(process.execPath, argv, { reject: false, stdin: 'ignore' });
  const { verdict, receipts, residue } = Verdict.parse(JSON.parse(stdout));
  expect({ exitCode, verdict, residue }).toEqual({ exitCode: 2, verdict: 'invalid', residue: [] });
  expect(receipts).toMatchObject([
    { ok: true, healedOk: false, measured: { before: 0, during: 1, after: 1 } },
  ]);
  expect(await labelledObjects()).toEqual([]);
});

test.each<['SIGKILL' | 'SIGSTOP']>([['SIGKILL'], ['SIGSTOP']])(
  'a controller that ends by %s leaves no hanging call and nothing in front of a disk',
  async (signal) => {
    const run = await startRehearsal([...asked('hung'), '--suite', 'wait']);
    await run.event('"fault.inject"');
    const node = run.container('plain-1');
    const inside = async (...argv: readonly string[]): Promise<string> =>
      (await execa('docker', ['exec', node, ...argv], { reject: false })).stdout;
    const write = execa('docker', ['exec', node, 'sh', '-c', 'echo > /var/lib/one/written'], {
      reject: false,
    });
    expect(await inside('cat', '/proc/mounts')).toContain('disklayer /var/lib/one ');
    if (signal === 'SIGKILL') {
      process.kill(-run.pid, signal);
      // The watcher takes the cluster down; the call comes back before that, or ends with its node.
      await write;
      await until(
        'nothing of the run is left',
        async () => ((await labelledObjects()).length === 0 ? true : null),
        60_000,
      );
      return;
    }
    process.kill(-run.pid, signal);
    try {
      // The lease of 10 s, and what healing and asking take.
      await until(
        'the disk is the node’s own again',
        async () => ((await inside('cat', '/proc/mounts')).includes('disklayer') ? null : true),
        13_000,
      );
      expect((await write).exitCode).toBe(0);
    } finally {
      process.kill(-run.pid, 'SIGCONT');
    }
    const { verdict } = await run.ended();
    expect({ verdict: verdict.verdict, residue: verdict.residue }).toEqual({
      verdict: 'invalid',
      residue: [],
    });
  },
);
