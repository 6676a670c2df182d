import { execa, ExecaError } from 'execa';
import { setTimeout as delay } from 'node:timers/promises';
import { HostError } from '../../infra/errors.ts';

const lockDeadlineMs = 180_000;
const lockPollMs = 500;

/** apt has one lock for a machine: our own set-up steps run beside each other and take it in turn. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Installs Debian packages without a question.
 * @throws HostError (69) with apt's own last words.
 */
export async function installPackages(names: readonly string[]): Promise<void> {
  await inTurn(async () => {
    await apt(['update', '-qq']);
    await apt(['install', '-y', '-qq', '--no-install-recommends', ...names]);
  });
}

/** Fetches the .deb of one package into `folder`, and installs nothing. */
export async function downloadPackage(name: string, folder: string): Promise<void> {
  await inTurn(async () => {
    await apt(['update', '-qq']);
    await apt(['download', '-qq', name], folder);
  });
}

export async function isInstalled(command: string): Promise<boolean> {
  const { exitCode } = await execa('sh', ['-c', 'command -v "$1"', 'sh', command], { reject: false });
  return exitCode === 0;
}

async function inTurn(work: () => Promise<void>): Promise<void> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  await mine;
}

/** Waits for the lock where somebody else has it: on many machines that is the daily upgrade. */
async function apt(argv: readonly string[], cwd?: string): Promise<void> {
  const giveUpAt = performance.now() + lockDeadlineMs;
  for (;;) {
    try {
      await execa('apt-get', argv, {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
        ...(cwd === undefined ? {} : { cwd }),
      });
      return;
    } catch (error) {
      if (!(error instanceof ExecaError)) throw error;
      const said = String(error.stderr).trim();
      if (!/could not get lock/i.test(said)) throw aptError(argv, said, error);
      if (performance.now() > giveUpAt) {
        throw aptError(argv, `after ${lockDeadlineMs / 1000} s: ${said}`, error);
      }
      await delay(lockPollMs);
    }
  }
}

function aptError(argv: readonly string[], said: string, cause: unknown): HostError {
  const last = said.split('\n').slice(-4).join('\n  ');
  return new HostError('apt', `apt-get ${argv.join(' ')} failed:\n  ${last}`, {
    hint: 'run it by hand to see why; then the same command again goes on from here',
    cause,
  });
}
