import { afterEach, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Phase } from '../../scripts/evidence/event.ts';
import { labelledObjects } from '../support/engine.ts';
import { startRehearsal, type LiveRun } from '../support/live-run.ts';
import { idleCluster, slowLink } from '../support/understudy.ts';
import { until } from '../support/until.ts';
import { interruptions } from './interruptions.ts';

const residueDeadlineMs = 30_000;

afterEach(nothingIsLeft);

test.each(interruptions(process.env['UNDERSTUDY_SWEEP_PART'] ?? '1/1'))(
  '%s in %s leaves evidence that can be read, and nothing else',
  async (way, phase) => {
    const run = await runUntil(phase);
    switch (way) {
      case 'Ctrl-C':
        process.kill(run.pid, 'SIGINT');
        await expectInterrupted(run);
        break;
      case 'SIGKILL':
        process.kill(-run.pid, 'SIGKILL');
        await nothingIsLeft();
        break;
    }
    const lines = readFileSync(join(run.folder, 'events.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line)).length).toBeGreaterThan(1);
  },
);

/** It ends with 130 and the verdict object, and by then the cluster is gone. */
async function expectInterrupted(run: LiveRun): Promise<void> {
  const { exitCode, verdict } = await run.ended();
  expect({ exitCode, interrupted: verdict.interrupted, residue: verdict.residue }).toEqual({
    exitCode: 130,
    interrupted: true,
    residue: [],
  });
  expect(existsSync(join(verdict.runFolder, 'events.jsonl'))).toBe(true);
  expect(await labelledObjects()).toEqual([]);
}

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
