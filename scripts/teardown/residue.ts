import { existsSync } from 'node:fs';
import { temporaryFolder } from '../evidence/run-folder.ts';
import { findRunProcesses } from './process-table.ts';
import { stackFiles } from './pulumi-stack.ts';
import { describeObject, type ObjectStore, type Residue } from './sweep.ts';
import { messageOf } from '../../infra/errors.ts';

const listMs = 10_000;

export interface ResidueQuery {
  readonly store: ObjectStore;
  readonly runId: string;
  /** Null where the stack outlives its clusters (`dev`). */
  readonly stack: string | null;
  readonly runFolder: string | null;
}

/** Everything of a run that is still there, each named by kind and id; an empty list is "residue: none". */
export async function findResidue(query: ResidueQuery): Promise<readonly Residue[]> {
  const { runId, stack, runFolder } = query;
  const temporary = runFolder === null ? null : temporaryFolder(runFolder);
  return [
    ...(await objectResidue(query)),
    ...findRunProcesses(runId).map(({ pid, command }) => `process ${pid} ${command}`),
    ...(stack === null ? [] : stackFiles(stack)).map((path) => `stack file ${path}`),
    ...(temporary !== null && existsSync(temporary) ? [`folder ${temporary}`] : []),
  ];
}

/** An engine that does not answer is named as unknown, never taken for empty. */
async function objectResidue({ store }: ResidueQuery): Promise<readonly Residue[]> {
  try {
    return (await store.list(AbortSignal.timeout(listMs))).map(describeObject);
  } catch (error) {
    return [`unknown: the engine did not list (${messageOf(error)})`];
  }
}
