import { execa } from 'execa';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { PlannedSuite } from '../../infra/plan/plan.ts';
import { packageRoot } from '../../infra/places.ts';
import { hostFindings } from '../evidence/host-process.ts';
import { SuiteProcess } from '../evidence/suite-record.ts';
import { runVariable } from '../../infra/run-marks.ts';
import { keepOutput } from './output.ts';
import { scheduleVariable, type Ended, type SuiteRun } from './suite-run.ts';

const killAfterMs = 3_000;
/** What left the process group and still holds the command's output open is not waited for. */
const outputAfterExitMs = 2_000;

/** Runs a suite's command on this machine, in a process group of its own. */
export async function onHost(suite: PlannedSuite, run: SuiteRun): Promise<Ended> {
  const dir = resolve(run.specFolder, suite.dir);
  const junit = suite.junit === undefined ? null : resolve(dir, suite.junit);
  // Not the file of an earlier run: a suite that dies must not be judged by it.
  if (junit !== null) rmSync(junit, { force: true });
  const record = new SuiteProcess(run.processes, suite.name, null);
  const [command = '', ...argv] = suite.command;
  const child = execa(command, argv, {
    cwd: dir,
    env: hostEnvironment(suite, run),
    extendEnv: true,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: suite.timeoutMs,
    cancelSignal: run.signal,
    forceKillAfterDelay: killAfterMs,
    detached: true,
    cleanup: true,
  });
  record.began();
  if (child.pid !== undefined) {
    record.saw(hostFindings(child.pid));
    endWith(child.nodeChildProcess, child.pid, [child.stdout, child.stderr]);
  }
  const [result] = await Promise.all([
    child,
    keepOutput(run, suite.name, 'stdout.log', child.stdout),
    keepOutput(run, suite.name, 'stderr.log', child.stderr),
  ]);
  const text = junit !== null && existsSync(junit) ? readFileSync(junit, 'utf8') : null;
  const exitCode = result.exitCode ?? null;
  const signal = result.signal ?? null;
  record.ended(
    {
      code: exitCode,
      signal,
      why:
        signal !== null
          ? 'a signal ended it'
          : exitCode !== null
            ? 'it ended with an exit code'
            : 'it did not start',
      source: 'wait of the controller',
    },
    run.folder,
  );
  const started = exitCode !== null || signal !== null || result.timedOut;
  return {
    exitCode,
    timedOut: result.timedOut,
    failure: started ? null : `could not be started: ${result.shortMessage ?? ''}`,
    junit: text,
  };
}

function hostEnvironment(
  { name }: PlannedSuite,
  { handleFile, handle, golden, scheduleMs }: SuiteRun,
): Record<string, string> {
  mkdirSync(golden.folder, { recursive: true, mode: 0o700 });
  return {
    UNDERSTUDY_HANDLE: handleFile,
    UNDERSTUDY_SUITE: name,
    ...scheduleVariable({ scheduleMs }),
    UNDERSTUDY_GOLDEN: golden.mode,
    UNDERSTUDY_GOLDEN_DIR: golden.folder,
    [runVariable]: handle.runId,
    PATH: [dirname(process.execPath), join(packageRoot, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(
      delimiter,
    ),
  };
}

/** When the command has ended, so has what it left running in its process group, and soon its output. */
function endWith(child: ChildProcess, pid: number, outputs: readonly Readable[]): void {
  child.once('exit', () => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Nobody is left in it.
    }
    setTimeout(() => {
      for (const output of outputs) output.destroy();
    }, outputAfterExitMs).unref();
  });
}
