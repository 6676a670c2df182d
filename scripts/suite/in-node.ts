import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { PlannedSuite } from '../../infra/plan/plan.ts';
import { SuiteProcess, type SuiteExit } from '../evidence/suite-record.ts';
import { startEndable, type Ending } from '../nodes/endable.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { folderEntries } from './folder.ts';
import { keepOutput } from './output.ts';
import { scheduleVariable, type Ended, type SuiteRun } from './suite-run.ts';
import { messageOf } from '../../infra/errors.ts';

const inside = '/tmp/understudy-suite';
const copyDeadlineMs = 60_000;

/**
 * Runs a suite's command in the first node of its role, as the cluster's account. One that takes too long, or is
 * interrupted, is ended there with all that it started; what it said until then is kept.
 */
export async function inNode(suite: PlannedSuite, run: SuiteRun): Promise<Ended> {
  const name = run.handle.roles[suite.where]?.[0] ?? '';
  const node = run.nodes.get(name);
  if (node === undefined) throw new Error(`role ${suite.where} has no node`);
  const user = run.handle.account ?? 'root';
  const { signal } = run;
  const archive = await suiteArchive(resolve(run.specFolder, suite.dir), run);
  const refused = await unpackInside(node, archive, user, signal);
  if (refused !== null) return untold(`could not be copied to ${name}: ${refused}`);

  const limit = AbortSignal.timeout(suite.timeoutMs);
  const record = new SuiteProcess(run.processes, suite.name, name);
  record.began();
  const process = await startEndable(node, suite.command, {
    user,
    workingDir: inside,
    // The suite's name is also what its process is known by to who watches the node.
    environment: {
      UNDERSTUDY_HANDLE: `${inside}/handle.json`,
      UNDERSTUDY_SUITE: suite.name,
      ...scheduleVariable(run),
      ...run.handle.variables,
    },
  });
  const stopped: { ending: Promise<Ending> | null } = { ending: null };
  const stop = (): void => {
    stopped.ending = process.end('SIGTERM');
  };
  const either = AbortSignal.any([signal, limit]);
  either.addEventListener('abort', stop, { once: true });
  if (either.aborted) stop(); // while it was being started: the event has been and gone
  const [exitCode] = await Promise.all([
    process.exited,
    keepOutput(run, suite.name, 'stdout.log', process.stdout),
    keepOutput(run, suite.name, 'stderr.log', process.stderr),
  ]);
  either.removeEventListener('abort', stop);
  const ending = await stopped.ending;
  const occasion = signal.aborted ? 'when the run was interrupted' : `after ${suite.timeoutMs} ms`;
  record.ended(exitOf(exitCode, ending, occasion), run.folder);
  if (ending?.kind === 'left')
    run.recorder.record({
      type: 'note',
      text: `suite ${suite.name} could not be ended in ${name} ${occasion}: ${ending.why}`,
    });
  if (signal.aborted || (ending !== null && ending.kind !== 'by-itself'))
    return { exitCode: null, timedOut: true, failure: null, junit: null };
  const ended = { exitCode, timedOut: false, failure: null };
  if (suite.junit === undefined) return { ...ended, junit: null };
  try {
    return { ...ended, junit: await readInside(node, `${inside}/${suite.junit}`, signal) };
  } catch (error) {
    signal.throwIfAborted();
    return untold(
      `ended with exit code ${exitCode}, and ${suite.junit} could not be read: ${messageOf(error)}`,
    );
  }
}

/** It may have run, and nobody can say what came of it. */
function untold(failure: string): Ended {
  return { exitCode: null, timedOut: false, failure, junit: null };
}

function exitOf(exitCode: number, ending: Ending | null, occasion: string): SuiteExit {
  const code = exitCode < 0 ? null : exitCode;
  const told =
    exitCode > 128 ? 'the engine gives a signal as 128 and its number' : 'it ended with an exit code';
  const how = code === null ? 'the engine knows no exit code' : told;
  const source = 'engine: exit code of the exec';
  return { code, signal: null, why: ending === null ? how : `${how}; ${wordsOf(ending, occasion)}`, source };
}

function wordsOf(ending: Ending, occasion: string): string {
  switch (ending.kind) {
    case 'ended':
      return `Understudy ended it, and what it had started, with ${ending.by} ${occasion}`;
    case 'by-itself':
      return `it ended by itself ${occasion}`;
    case 'left':
      return `it could not be ended ${occasion}: ${ending.why}`;
  }
}

async function suiteArchive(dir: string, { handle }: SuiteRun): Promise<Buffer> {
  const archive = pack();
  for (const { path, content, mode } of folderEntries(dir)) archive.entry({ name: path, mode }, content);
  archive.entry({ name: 'handle.json' }, `${JSON.stringify(handle, null, 2)}\n`);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Through tar in the node: the engine's own copy does not reach a path that is a tmpfs there. Returns why it did not work;
 * a node that is full, or paused, is for the verdict.
 */
async function unpackInside(
  node: NodeAccess,
  archive: Buffer,
  user: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { exitCode, stdout, stderr } = await node.exec(
      ['sh', '-c', 'rm -rf "$1" && mkdir -p "$1" && tar -xf - -C "$1"', 'sh', inside],
      { user, stdin: archive, signal, timeoutMs: copyDeadlineMs },
    );
    return exitCode === 0 ? null : (stderr || stdout).trim();
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
}

/** null: it is not there. */
async function readInside(node: NodeAccess, path: string, interrupted: AbortSignal): Promise<string | null> {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(copyDeadlineMs)]);
  // Streamed, because what `exec` keeps ends at a MiB and a JUnit file need not.
  const process = await node.start(['cat', path]);
  process.stderr.resume();
  const stop = (): void => {
    process.close();
  };
  signal.addEventListener('abort', stop, { once: true });
  const [content, exitCode] = await Promise.all([text(process.stdout), process.exited]);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return exitCode === 0 ? content : null;
}
