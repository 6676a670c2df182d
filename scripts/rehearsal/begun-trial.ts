import { randomBytes } from 'node:crypto';
import type { LoadedPlan } from '../../infra/plan/plan.ts';
import { redactorFor } from '../evidence/known-secrets.ts';
import { planDocument } from '../evidence/plan-document.ts';
import { Recorder } from '../evidence/recorder.ts';
import { newRunId, RunFolder } from '../evidence/run-folder.ts';

/** Name, folder and clock of a trial: there before anything that could fail or be interrupted. */
export interface BegunTrial {
  readonly runId: string;
  readonly folder: RunFolder;
  readonly recorder: Recorder;
}

export function beginTrial({ plan, hashes }: LoadedPlan): BegunTrial {
  const runId = newRunId(new Date(), randomBytes(3));
  const folder = RunFolder.create(runId, redactorFor(plan));
  const recorder = new Recorder(folder);
  recorder.record({ type: 'run', runId, command: process.argv.slice(2), directory: process.cwd() });
  folder.writeJson('plan.json', planDocument(plan, hashes));
  return { runId, folder, recorder };
}
