import { execa } from 'execa';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import type { RunEngine } from '../../../scripts/teardown/tear-down.ts';
import { interruptGroup, lastLines, type Running } from './command.ts';
import type { Competitor } from './contender.ts';
import { installedVersion } from './installed-version.ts';
import { openPeerRun } from './peer-run.ts';

const program = join(packageRoot, 'tests/bench/peers/testcontainers-program.ts');

/** testcontainers-node: a library, so that up and down are one process. */
export function testcontainers(engine: RunEngine): Competitor {
  return {
    name: 'testcontainers',
    description: `testcontainers-node ${installedVersion('testcontainers')}, all containers at once, without its reaper (no registry has it here)`,
    async open({ loaded, signal }) {
      const run = await openPeerRun(engine, loaded);
      run.folder.writeJson('testcontainers.json', run.cluster);
      const begin = () => startProgram(run.folder.file('testcontainers.json'), run.env, signal);
      let program: ReturnType<typeof begin> | null = null;
      return {
        up: () => {
          program = begin();
          return program.up;
        },
        down: () => {
          if (program === null) throw new Error('down before up');
          return program.down();
        },
        [Symbol.asyncDispose]: async () => run[Symbol.asyncDispose](),
      };
    },
  };
}

function startProgram(
  file: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): { readonly up: Running; down(): Running } {
  const child = execa(process.execPath, [program, file], {
    detached: true,
    reject: false,
    env: { ...env, TESTCONTAINERS_RYUK_DISABLED: 'true' },
  });
  const { pid, stdin, stdout } = child;
  if (pid === undefined) throw new Error('testcontainers-program.ts was not started');
  const interrupt = (): void => {
    interruptGroup(pid);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  const ended = child.then(({ exitCode, stderr }) => {
    signal.removeEventListener('abort', interrupt);
    return { atMs: performance.now(), exitCode, stderr };
  });
  const failed = ended.then(({ exitCode, stderr }): never => {
    throw new Error(`testcontainers ended with ${exitCode ?? 'a signal'}: ${lastLines(stderr)}`);
  });
  failed.catch(() => undefined); // it counts only while we wait for `up`
  const said = once(createInterface({ input: stdout }), 'line');
  const up = said.then(() => ({ stdout: '', atMs: performance.now() }));
  return {
    up: { pid, isNew: true, done: Promise.race([up, failed]) },
    down: () => {
      stdin.write('down\n');
      const done = ended.then(({ atMs, exitCode, stderr }) => {
        if (exitCode !== 0) throw new Error(`testcontainers: ${lastLines(stderr)}`);
        return { stdout: '', atMs };
      });
      return { pid, isNew: false, done };
    },
  };
}
