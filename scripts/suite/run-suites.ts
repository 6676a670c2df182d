import { execa } from 'execa';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { Handle } from '../../infra/handle.ts';
import type { PlannedSuite } from '../../infra/plan/plan.ts';
import { packageRoot } from '../../infra/places.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { runVariable } from '../teardown/process-table.ts';
import { folderEntries } from './folder.ts';
import { parseJUnit } from './junit.ts';
import type { SuiteOutcome } from './outcome.ts';

export interface SuiteRun {
  readonly suites: readonly PlannedSuite[];
  readonly handle: Handle;
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  readonly folder: RunFolder;
  readonly recorder: Recorder;
  /** Folder of the cluster.yaml: suites' folders are relative to it. */
  readonly specFolder: string;
  readonly golden: { readonly mode: 'record' | 'compare'; readonly folder: string };
  readonly signal: AbortSignal;
}

interface Ended {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly failure: string | null;
  readonly junit: string | null;
}

const killAfterMs = 3_000;

/** Runs the suites one after the other; a suite that cannot be trusted is an `error`, never a pass. */
export async function runSuites(run: SuiteRun): Promise<readonly SuiteOutcome[]> {
  const outcomes: SuiteOutcome[] = [];
  for (const suite of run.suites) {
    run.signal.throwIfAborted();
    const startedAtMs = run.recorder.nowMs();
    run.recorder.record({ type: 'suite.start', suite: suite.name });
    const ended = await (suite.where === 'host' ? onHost(suite, run) : inNode(suite, run));
    run.signal.throwIfAborted();
    const outcome = judge(suite, ended, startedAtMs, run.recorder.nowMs());
    run.recorder.record({ type: 'suite.end', suite: suite.name, status: outcome.status });
    run.folder.writeJson(join('suites', suite.name, 'outcome.json'), outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

/** Pure: what the command's end and its JUnit file mean together. */
export function judge(
  suite: PlannedSuite,
  ended: Ended,
  startedAtMs: number,
  endedAtMs: number,
): SuiteOutcome {
  const common = { suite: suite.name, exitCode: ended.exitCode, startedAtMs, endedAtMs };
  const end = (
    status: SuiteOutcome['status'],
    why: string,
    tests: SuiteOutcome['tests'] = [],
  ): SuiteOutcome => ({ ...common, status, tests, why });
  if (ended.failure !== null) return end('error', ended.failure);
  if (ended.timedOut) return end('timeout', `did not end within ${suite.timeoutMs} ms`);
  if (suite.junit === undefined) {
    return ended.exitCode === 0 ? end('passed', '') : end('failed', `exit code ${ended.exitCode ?? 'none'}`);
  }
  if (ended.junit === null) return end('error', `promised ${suite.junit} and did not write it`);
  let tests: SuiteOutcome['tests'];
  try {
    tests = [...parseJUnit(ended.junit)];
  } catch (error) {
    return end(
      'error',
      `${suite.junit} is no JUnit file: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const failed = tests.filter(({ status }) => status === 'failed');
  if (tests.every(({ status }) => status === 'skipped')) return end('error', 'ran no test', tests);
  if (failed.length > 0) return end('failed', failed.map(({ name }) => `"${name}"`).join(', '), tests);
  return ended.exitCode === 0
    ? end('passed', '', tests)
    : end('error', `exit code ${ended.exitCode ?? 'none'} although no test failed`, tests);
}

async function onHost(suite: PlannedSuite, run: SuiteRun): Promise<Ended> {
  const dir = resolve(run.specFolder, suite.dir);
  const junit = suite.junit === undefined ? null : resolve(dir, suite.junit);
  // Not the file of an earlier run: a suite that dies must not be judged by it.
  if (junit !== null) rmSync(junit, { force: true });
  const [command = '', ...argv] = suite.command;
  const out = (name: string): { file: string } => ({ file: run.folder.file('suites', suite.name, name) });
  const child = execa(command, argv, {
    cwd: dir,
    env: hostEnvironment(run),
    extendEnv: true,
    reject: false,
    stdin: 'ignore',
    stdout: out('stdout.log'),
    stderr: out('stderr.log'),
    timeout: suite.timeoutMs,
    cancelSignal: run.signal,
    forceKillAfterDelay: killAfterMs,
    detached: true,
    cleanup: true,
  });
  const result = await child;
  if (child.pid !== undefined) killGroup(child.pid);
  const text = junit !== null && existsSync(junit) ? readFileSync(junit, 'utf8') : null;
  if (text !== null) run.folder.writeText(join('suites', suite.name, 'junit.xml'), text);
  const started = result.exitCode !== undefined || result.signal !== undefined || result.timedOut;
  return {
    exitCode: result.exitCode ?? null,
    timedOut: result.timedOut,
    failure: started ? null : `could not be started: ${result.shortMessage ?? ''}`,
    junit: text,
  };
}

function hostEnvironment({ folder, handle, golden }: SuiteRun): Record<string, string> {
  mkdirSync(golden.folder, { recursive: true, mode: 0o700 });
  return {
    UNDERSTUDY_HANDLE: folder.file('handle.json'),
    UNDERSTUDY_GOLDEN: golden.mode,
    UNDERSTUDY_GOLDEN_DIR: golden.folder,
    [runVariable]: handle.runId,
    PATH: [dirname(process.execPath), join(packageRoot, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(
      delimiter,
    ),
  };
}

/** What the command left running in its process group. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

const inside = '/tmp/understudy-suite';

async function inNode(suite: PlannedSuite, run: SuiteRun): Promise<Ended> {
  const name = run.handle.roles[suite.where]?.[0] ?? '';
  const node = run.nodes.get(name);
  if (node === undefined) throw new Error(`role ${suite.where} has no node`);
  const user = run.handle.account ?? 'root';
  const { signal } = run;
  await unpackInside(node, await suiteArchive(resolve(run.specFolder, suite.dir), run.folder), user, signal);

  const limit = AbortSignal.timeout(suite.timeoutMs);
  const process = await node.start(suite.command, {
    user,
    workingDir: inside,
    environment: { UNDERSTUDY_HANDLE: `${inside}/handle.json`, ...run.handle.variables },
  });
  const stop = (): void => {
    process.close();
  };
  const either = AbortSignal.any([signal, limit]);
  either.addEventListener('abort', stop, { once: true });
  if (either.aborted) stop(); // while it was being started: the event has been and gone
  const keep = (stream: NodeJS.ReadableStream, file: string): Promise<void> =>
    pipeline(stream, createWriteStream(run.folder.file('suites', suite.name, file), { mode: 0o600 }));
  const [exitCode] = await Promise.all([
    process.exited,
    keep(process.stdout, 'stdout.log'),
    keep(process.stderr, 'stderr.log'),
  ]);
  either.removeEventListener('abort', stop);
  if (limit.aborted) return { exitCode: null, timedOut: true, failure: null, junit: null };
  const junit = suite.junit === undefined ? null : await readInside(node, `${inside}/${suite.junit}`, signal);
  if (junit !== null) run.folder.writeText(join('suites', suite.name, 'junit.xml'), junit);
  return { exitCode, timedOut: false, failure: null, junit };
}

async function suiteArchive(dir: string, folder: RunFolder): Promise<Buffer> {
  const archive = pack();
  for (const { path, content, mode } of folderEntries(dir)) archive.entry({ name: path, mode }, content);
  archive.entry({ name: 'handle.json' }, readFileSync(folder.file('handle.json')));
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Through tar in the node: the engine's own copy does not reach a path that is a tmpfs there. */
async function unpackInside(
  node: NodeAccess,
  archive: Buffer,
  user: string,
  signal: AbortSignal,
): Promise<void> {
  const { exitCode, stderr } = await node.exec(
    ['sh', '-c', 'rm -rf "$1" && mkdir -p "$1" && tar -xf - -C "$1"', 'sh', inside],
    { user, stdin: archive, signal },
  );
  if (exitCode !== 0) throw new Error(`the suite could not be copied to ${node.name}: ${stderr}`);
}

async function readInside(node: NodeAccess, path: string, signal: AbortSignal): Promise<string | null> {
  const { exitCode, stdout } = await node.exec(['cat', path], { signal });
  return exitCode === 0 ? stdout : null;
}
