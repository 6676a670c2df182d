import { afterEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Phase } from '../../scripts/evidence/event.ts';
import { labelledObjects } from '../support/engine.ts';
import { startRehearsal, type LiveRun } from '../support/live-run.ts';
import { idleCluster, slowLink } from '../support/understudy.ts';
import { until } from '../support/until.ts';

/** Phases in which there is a cluster, or the beginning of one. */
const dangerous: readonly Phase[] = [
  'provision',
  'ready',
  'parity',
  'arm',
  'inject',
  'suite',
  'heal',
  'collect',
  'teardown',
];
const residueDeadlineMs = 30_000;

afterEach(nothingIsLeft);

describe('Ctrl-C keeps the evidence, takes the cluster down and ends with 130', () => {
  test.each(dangerous)('during %s', async (phase) => {
    const run = await runUntil(phase);
    process.kill(run.pid, 'SIGINT');
    const { exitCode, verdict } = await run.ended();
    expect({ exitCode, interrupted: verdict.interrupted, residue: verdict.residue }).toEqual({
      exitCode: 130,
      interrupted: true,
      residue: [],
    });
    expect(existsSync(join(verdict.runFolder, 'events.jsonl'))).toBe(true);
    expect(await labelledObjects()).toEqual([]);
  });
});

describe('SIGKILL of the process group leaves nothing after 30 s, and evidence that can be read', () => {
  test.each(dangerous)('during %s', async (phase) => {
    const run = await runUntil(phase);
    process.kill(-run.pid, 'SIGKILL');
    await nothingIsLeft();
    const lines = readFileSync(join(run.folder, 'events.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line)).length).toBeGreaterThan(1);
  });
});

async function runUntil(phase: Phase): Promise<LiveRun> {
  const run = await startRehearsal([idleCluster, '--profile', slowLink, '--control', 'never']);
  await run.event(`"phase":"${phase}"`);
  return run;
}

async function nothingIsLeft(): Promise<void> {
  await until(
    'nothing labelled is left',
    async () => ((await labelledObjects()).length === 0 ? true : null),
    residueDeadlineMs,
  );
}
