import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../infra/places.ts';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';
import { labelledObjects } from '../../support/engine.ts';
import { startRehearsal } from '../../support/live-run.ts';
import { rehearsal } from '../../support/understudy.ts';
import { until } from '../../support/until.ts';

const watched = join(packageRoot, 'tests/support/clusters/watched');
const cluster = join(watched, 'cluster.yaml');
const trouble = ['--profile', join(watched, 'profile.yaml')];

describe('what is to hold meanwhile', () => {
  test('is excused while a fault is in force, is told how soon it held again, and does not ask who is away', async () => {
    const { verdict } = await rehearsal([cluster, ...trouble, '--control', 'always']);
    expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
    const beats = seenOf(verdict, 'beats');
    expect(beats).toMatchObject({ violations: 0, control: { broke: 0 } });
    expect(beats.broke).toBeGreaterThan(0);
    expect(beats.breaks[0]).toMatchObject({ nodes: ['writer-1'], exitCode: 1, violatedAtMs: null });
    expect(beats.breaks[0]?.words).toMatch(/^no beat for \d+ s$/);
    // It lies down for up to three seconds where it cannot write; the disk was freed last.
    expect(beats.recoveries).toMatchObject([
      { fault: 'trouble/full', broke: true, limitMs: 8_000, ok: true },
    ]);
    const afterMs = beats.recoveries[0]?.afterMs ?? 0;
    expect(afterMs).toBeGreaterThan(0);
    expect(afterMs).toBeLessThan(8_000);
    expect(beats.control?.answers).toBeGreaterThan(3);

    expect(seenOf(verdict, 'one-of-a-pair')).toMatchObject({ broke: 0 });
    const { injectedAtMs, healedAtMs } = powerLoss(verdict);
    const asked = answersOf(verdict).filter(
      ({ invariant, node, ms }) =>
        invariant === 'first-of-a-pair' && node === 'pair-1' && ms > injectedAtMs && ms < healedAtMs,
    );
    expect(asked).toEqual([]);
    expect(readFileSync(verdict.report ?? '', 'utf8')).toMatch(/recovered after \d+ ms/);
  });

  test('makes a run fail where it is to hold always, naming node, second and faults, and where it is late', async () => {
    const { exitCode, verdict } = await rehearsal([
      ...[join(watched, 'strict.yaml'), ...trouble, '--control', 'never'],
    ]);
    expect({ exitCode, verdict: verdict.verdict }).toEqual({ exitCode: 1, verdict: 'fail' });
    expect(verdict.receipts.every(({ ok, healedOk }) => ok && healedOk)).toBe(true);
    expect(verdict.why[0]).toMatch(
      /^invariant beats did not hold on writer-1 \d+\.\d s after the run began, while trouble\/full(, trouble\/power-loss)? (was|were) in force: exit code 1, “no beat for \d+ s”$/,
    );
    expect(verdict.why.at(-1)).toMatch(
      /^invariant beats held again \d+\.\d s after the heal of trouble\/full, and is to within 0\.3 s$/,
    );
  });

  test('leaves nothing behind where the controller is killed, and a page that shows how far it held', async () => {
    const run = await startRehearsal([cluster, ...trouble, '--control', 'never']);
    await run.event('"type":"invariant.broken"');
    process.kill(-run.pid, 'SIGKILL');
    await until(
      'the cluster is gone',
      async () => ((await labelledObjects()).length === 0 ? true : null),
      60_000,
    );
    const page = await until('there is a page', async () =>
      readFile(join(run.folder, 'report.html'), 'utf8').catch(() => null),
    );
    expect(page).toContain('Cut off');
    expect(page).toMatch(/does not hold, and need not, on writer-1; in force: trouble\/full/);
  });

  test('holds in the control, or nothing is degraded', async () => {
    const { exitCode, verdict } = await rehearsal([cluster, ...trouble, '--set', 'works=no']);
    expect({ exitCode, verdict: verdict.verdict }).toEqual({ exitCode: 1, verdict: 'fail' });
    expect(verdict.why[0]).toBe('fails without faults: the control did not pass');
    expect(verdict.why[1]).toMatch(
      /^invariant one-of-a-pair did not hold on pair-1, pair-2 .* with no fault in force: exit code 1$/,
    );
  });
});

function seenOf({ invariants }: Verdict, name: string): Verdict['invariants'][number] {
  const seen = invariants.find(({ invariant }) => invariant === name);
  if (seen === undefined) throw new Error(`nothing was seen of ${name}`);
  return seen;
}

/** Of the run's own clock. */
function powerLoss({ runFolder }: Verdict): { injectedAtMs: number; healedAtMs: number } {
  const events = linesOf(join(runFolder, 'events.jsonl'));
  const msOf = (type: string): number =>
    Number(events.find((one) => one['type'] === type && one['fault'] === 'trouble/power-loss')?.['ms']);
  return { injectedAtMs: msOf('fault.inject'), healedAtMs: msOf('fault.heal') };
}

function answersOf({ runFolder }: Verdict): readonly { invariant: string; node: string; ms: number }[] {
  return linesOf(join(runFolder, 'invariants.jsonl')).map((one) => ({
    ...{ invariant: String(one['invariant']), node: String(one['node']), ms: Number(one['ms']) },
  }));
}

function linesOf(file: string): readonly Record<string, unknown>[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
}
