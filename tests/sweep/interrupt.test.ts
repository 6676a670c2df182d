import { afterEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Phase } from '../../scripts/evidence/event.ts';
import { Verdict } from '../../scripts/rehearsal/verdict.ts';
import { labelledObjects } from '../support/engine.ts';
import { idleCluster, slowLink, start } from '../support/understudy.ts';

/** Phases in which there is a cluster, or the beginning of one. */
const dangerous: readonly Phase[] = [
  'provision',
  'ready',
  'arm',
  'inject',
  'suite',
  'heal',
  'collect',
  'teardown',
];
const residueDeadlineMs = 30_000;

afterEach(async () => {
  await until(
    'nothing labelled is left',
    async () => (await labelledObjects()).length === 0,
    residueDeadlineMs,
  );
});

describe('Ctrl-C keeps the evidence, takes the cluster down and ends with 130', () => {
  test.each(dangerous)('during %s', async (phase) => {
    const run = await runUntil(phase);
    process.kill(run.pid, 'SIGINT');
    const { exitCode, stdout } = await run.ended;
    const verdict = Verdict.parse(JSON.parse(stdout));
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
    await run.ended;
    await until(
      'nothing labelled is left',
      async () => (await labelledObjects()).length === 0,
      residueDeadlineMs,
    );
    const lines = readFileSync(join(run.folder, 'events.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line)).length).toBeGreaterThan(1);
  });
});

/** Starts a rehearsal and returns when its events say that `phase` has begun. */
async function runUntil(
  phase: Phase,
): Promise<{ pid: number; folder: string; ended: ReturnType<typeof start> }> {
  const ended = start(['run', idleCluster, '--profile', slowLink, '--control', 'never', '--json']);
  const { pid } = ended;
  if (pid === undefined) throw new Error('the rehearsal did not start');
  let folder = '';
  let seen = '';
  ended.stderr.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    folder = /run folder (\S+)/.exec(seen)?.[1] ?? folder;
  });
  await until(
    `phase ${phase} has begun`,
    () => {
      const file = join(folder, 'events.jsonl');
      return Promise.resolve(
        folder !== '' && existsSync(file) && readFileSync(file, 'utf8').includes(`"phase":"${phase}"`),
      );
    },
    120_000,
    () => seen,
  );
  return { pid, folder, ended };
}

async function until(
  condition: string,
  holds: () => Promise<boolean>,
  deadlineMs: number,
  observed: () => string = () => '',
): Promise<void> {
  const giveUpAt = Date.now() + deadlineMs;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`not within ${deadlineMs} ms: ${condition}\n${observed()}`);
    await delay(20);
  }
}
