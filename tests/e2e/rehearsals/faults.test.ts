import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { Verdict } from '../../../scripts/verdict/verdict.ts';
import { labelledObjects } from '../../support/engine.ts';
import { startRehearsal } from '../../support/live-run.ts';
import { idleCluster, rehearsal, slowLink } from '../../support/understudy.ts';
import { until } from '../../support/until.ts';

const brief = join(packageRoot, 'tests/support/clusters/brief');
const briefCluster = join(brief, 'cluster.yaml');
const briefProfile = (name: string): string => join(brief, 'profiles', `${name}.yaml`);
const windows = join(packageRoot, 'tests/support/clusters/windows');
const windowsAsked = [
  join(windows, 'cluster.yaml'),
  '--profile',
  join(windows, 'profile.yaml'),
  '--seed',
  '5',
];

test('every kind that comes and goes while a suite runs is confirmed in its window, and healed', async () => {
  const { verdict } = await rehearsal([...windowsAsked, '--control', 'never']);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  const seen = Object.fromEntries(verdict.receipts.map((one) => [one.fault, one]));
  expect(Object.keys(seen).sort()).toEqual([
    'links/0/delay',
    'windows/cut',
    'windows/lossy',
    'windows/nearly-full',
    'windows/no-inodes',
    'windows/read-only',
    'windows/slower',
  ]);
  // Two delays on one link are two receipts, and neither is told the other's share.
  expect(seen['links/0/delay']?.measured.during).toBeCloseTo(5, 0);
  expect(seen['windows/slower']?.measured.during).toBeCloseTo(20, 0);
  expect(seen['windows/cut']?.measured).toEqual({ before: 0, during: 1, after: 0 });
  expect(seen['windows/read-only']?.measured).toEqual({ before: 0, during: 1, after: 0 });
  expect(seen['windows/nearly-full']?.measured.during).toBe(65_536);
  expect(seen['windows/no-inodes']?.measured.during).toBe(0);
  for (const one of verdict.receipts.filter(({ injectedAtMs }) => injectedAtMs !== null)) {
    const planned = one.fault === 'windows/lossy' ? 10_500 : 4_000;
    expect(one.healedAtMs).toBeGreaterThanOrEqual(planned);
    expect(one.healedAtMs).toBeLessThan(planned + 2_500);
  }
});

test('each of what happens to packets on one link is counted as what it is, and each of two delays on another told its own share', async () => {
  const { verdict } = await rehearsal([
    ...[briefCluster, '--profile', briefProfile('unruly'), '--suite', 'wait-long', '--control', 'never'],
  ]);
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  const unruly = verdict.receipts.filter(({ target }) => target === 'left-1->right-1');
  expect(unruly.map(({ kind, requested, bystanders }) => [kind, requested, bystanders])).toEqual([
    ['network.loss', 0.05, 1],
    ['network.duplicate', 0.1, 1],
    ['network.reorder', 0.1, 1],
    ['network.corrupt', 0.05, 1],
  ]);
  for (const { requested, measured } of unruly) {
    // Far wider than the receipt's own interval of one in a million: a chance is no failure.
    expect(Math.abs(measured.during - requested)).toBeLessThan(0.03);
    expect([measured.before, measured.after]).toEqual([0, 0]);
  }
  const seen = Object.fromEntries(verdict.receipts.map((one) => [one.fault, one]));
  expect(seen['unruly/slow']?.measured.during).toBeCloseTo(20, 0);
  expect(seen['unruly/slower']?.measured.before).toBeCloseTo(20, 0);
  expect(seen['unruly/slower']?.measured.during).toBeCloseTo(35, 0);
  // The first one is still there, and no part of what the second one left.
  expect(seen['unruly/slower']?.measured.after).toBeCloseTo(0, 0);
  expect(seen['unruly/slower']?.injectedAtMs).toBeLessThan(4_500);
});

test('a disk with a file open for writing cannot be made read-only: the run is invalid and says who holds it', async () => {
  const { exitCode, verdict } = await rehearsal([
    briefCluster,
    '--profile',
    briefProfile('read-only'),
    '--suite',
    'hold-a-file',
    '--control',
    'never',
  ]);
  expect({ exitCode, verdict: verdict.verdict, leftovers: verdict.leftovers }).toEqual({
    exitCode: 2,
    verdict: 'invalid',
    leftovers: [],
  });
  expect(verdict.why.join('\n')).toMatch(
    /read-only\/read-only: .*Device or resource busy: .*sh \(process \d+\) has \/var\/lib\/node\/held open for writing/,
  );
  expect(verdict.receipts).toMatchObject([{ ok: false, measured: { during: 0 } }]);
});

describe('with one part of the driver left out and everything else real', () => {
  test('a fault that is not there, or only for newcomers, makes the run invalid: its receipt says what was measured', async () => {
    const { exitCode, verdict } = await sabotaged('mount-over', briefCluster, briefProfile('amiss'), 'wait');
    expect({ exitCode, verdict: verdict.verdict }).toEqual({ exitCode: 2, verdict: 'invalid' });
    const [slow, readOnly] = verdict.receipts;
    expect(slow).toMatchObject({ fault: 'amiss/slow', requested: 30, ok: false, healedOk: true });
    expect(slow?.measured.during).toBeLessThan(2);
    // The disk beside it was looked at.
    expect(readOnly).toMatchObject({
      ...{ fault: 'amiss/read-only', ok: false, measured: { during: 0 } },
      ...{ bystanders: 1, bystandersOk: true, healedOk: true },
    });
    const why = verdict.why.join('\n');
    expect(why).toMatch(/amiss\/slow on left-1->right-1 was not what was asked/);
    expect(why).toMatch(/Read-only file system", and "" to a process inside since before/);
  });

  test('a fault that is not healed makes the run invalid, and what it left is named', async () => {
    const { exitCode, verdict } = await sabotaged('heal', idleCluster, slowLink);
    expect({ exitCode, verdict: verdict.verdict }).toEqual({ exitCode: 2, verdict: 'invalid' });
    expect(verdict.receipts).toMatchObject([{ ok: true, healedOk: false }]);
    expect(verdict.leftovers.join('\n')).toMatch(/^node-2: rule .*NFQUEUE|^node-2: rule .*queue/m);
    expect(verdict.residue).toEqual([]);
    expect(await labelledObjects()).toEqual([]);
  });

  test('windows that are not healed are named, although what the driver takes along in the end would hide one of them', async () => {
    const { exitCode, verdict } = await sabotaged(
      ...(['heal-of-windows', briefCluster, briefProfile('windows'), 'wait'] as const),
    );
    expect({ exitCode, verdict: verdict.verdict }).toEqual({ exitCode: 2, verdict: 'invalid' });
    expect(verdict.receipts).toMatchObject([
      { fault: 'windows/slow', ok: true, healedOk: false },
      {
        ...{ fault: 'windows/read-only', ok: true, healedOk: false },
        measured: { before: 0, during: 1, after: 1 },
      },
    ]);
    // Read right after its heal was said to be done.
    expect(verdict.receipts[0]?.measured.after).toBeCloseTo(30, 0);
    const left = verdict.leftovers.join('\n');
    expect(left).toMatch(/^right-1: rule elements = \{ 198\.1[89]\./m);
    expect(left).toMatch(/^left-1: mount \/var\/lib\/node ro,/m);
    expect(verdict.residue).toEqual([]);
  });
});

test('a controller that falls silent loses its lease: the faults heal by themselves, and the run is invalid', async () => {
  const run = await startRehearsal([idleCluster, '--profile', slowLink, '--control', 'never']);
  await run.event('"suite.start"');
  const rules = async (): Promise<string> =>
    (await execa('docker', ['exec', run.container('node-2-sidecar'), 'nft', 'list', 'ruleset'])).stdout;
  expect(await rules()).toContain('queue num 47');
  process.kill(-run.pid, 'SIGSTOP');
  try {
    // The lease of 10 s, and the half second that healing and asking take.
    await until(
      'no rule is left',
      async () => ((await rules()).includes('queue num 47') ? null : true),
      12_000,
    );
  } finally {
    process.kill(-run.pid, 'SIGCONT');
  }
  const { exitCode, verdict } = await run.ended();
  expect({ exitCode, verdict: verdict.verdict, residue: verdict.residue }).toEqual({
    exitCode: 2,
    verdict: 'invalid',
    residue: [],
  });
});

async function sabotaged(
  leftOut: 'heal' | 'heal-of-windows' | 'mount-over',
  ...asked: readonly string[]
): Promise<{ exitCode: number | undefined; verdict: Verdict }> {
  const script = join(packageRoot, 'tests/support/sabotaged-rehearsal.ts');
  const { exitCode, stdout } = await execa(process.execPath, [script, leftOut, ...asked], {
    reject: false,
    stdin: 'ignore',
  });
  return { exitCode, verdict: Verdict.parse(JSON.parse(stdout)) };
}
