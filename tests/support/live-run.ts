import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Verdict } from '../../scripts/verdict/verdict.ts';
import { start } from './understudy.ts';
import { until } from './until.ts';

/** A rehearsal that a test does something to while it runs. */
export interface LiveRun {
  /** Of the controller; its process group has the same number. */
  readonly pid: number;
  readonly runId: string;
  readonly folder: string;
  /** Settles when events.jsonl holds `text`; fails where it does not within `deadlineMs`. */
  event(text: string, deadlineMs?: number): Promise<void>;
  /** Container of a node or, as `<node>-sidecar`, of its side-car. */
  container(node: string): string;
  ended(): Promise<{ readonly exitCode: number | undefined; readonly verdict: Verdict }>;
}

/** On a machine that has not built them yet, images come before the folder. */
const imagesMs = 300_000;

/** `understudy run … --json`, once its run folder is there. */
export async function startRehearsal(argv: readonly string[]): Promise<LiveRun> {
  const run = start(['run', ...argv, '--json']);
  let said = '';
  // Not `run.iterable()`: leaving its loop ends the command.
  run.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const folder = await until(
    'the run folder is named',
    async () => Promise.resolve(/run folder (\S+)\n/.exec(said)?.[1] ?? null),
    imagesMs,
  );
  const runId = basename(folder);
  if (run.pid === undefined) throw new Error('the command was not started');
  return {
    pid: run.pid,
    runId,
    folder,
    container: (node) => `us-${runId}-${node}`,
    async event(text, deadlineMs) {
      const isThere = async (): Promise<true | null> => {
        const events = await readFile(join(folder, 'events.jsonl'), 'utf8').catch(() => '');
        return events.includes(text) ? true : null;
      };
      await until(`events.jsonl has ${text}`, isThere, deadlineMs);
    },
    async ended() {
      const { exitCode, stdout } = await run;
      return { exitCode, verdict: Verdict.parse(JSON.parse(stdout)) };
    },
  };
}
