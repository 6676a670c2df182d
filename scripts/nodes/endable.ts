import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { belonging, killing, listedProcesses, listing, type ListedProcess } from './marked-processes.ts';
import type { ExecOptions, NodeAccess, NodeProcess } from './node.ts';
import { messageOf } from '../../infra/errors.ts';

/** How a command ended: by the last signal that it took, by itself before it was sent one, or not at all, and why. */
export type Ending =
  | { readonly kind: 'ended'; readonly by: NodeJS.Signals }
  | { readonly kind: 'by-itself' }
  | { readonly kind: 'left'; readonly why: string };

/** A command that can be ended from outside its node, with all that it started. */
export interface EndableProcess extends NodeProcess {
  /** `signal` first, SIGKILL for what is still there after three seconds or when `hurry` says so. Never throws. */
  end(signal: NodeJS.Signals, hurry?: AbortSignal): Promise<Ending>;
}

/** In the environment of a command, and of what it starts: the one thing by which all of it can be found again. */
const markVariable = 'UNDERSTUDY_EXEC';
const graceMs = 3_000;
const killMs = 5_000;
const pollMs = 100;
const askMs = 5_000;

/**
 * Starts a command that `end` can end. Closing its streams would not: the engine lets it run on. The image is asked for a
 * shell only when there is something to end, and the command's words stay as they are.
 */
export async function startEndable(
  node: NodeAccess,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<EndableProcess> {
  const id = randomBytes(8).toString('hex');
  const environment = { ...options.environment, [markVariable]: id };
  const process = await node.start(argv, { ...options, environment });
  const command: Command = { node, process, mark: `${markVariable}=${id}`, user: options.user };
  return {
    ...process,
    end: async (signal, hurry) => {
      try {
        return await end(command, signal, hurry);
      } catch (error) {
        process.close();
        return { kind: 'left', why: messageOf(error) };
      }
    },
  };
}

interface Command {
  readonly node: NodeAccess;
  readonly process: NodeProcess;
  readonly mark: string;
  readonly user: string | undefined;
}

async function end(command: Command, signal: NodeJS.Signals, hurry?: AbortSignal): Promise<Ending> {
  const { process } = command;
  const beganMs = performance.now();
  const known = new Map<number, string>();
  const seen = { end: false };
  void process.exited.then(() => (seen.end = true));
  for (let by: NodeJS.Signals | null = null; ;) {
    const listed = await processes(command);
    const left = listed.kind === 'listed' ? belonging(listed.processes, known) : [];
    // While it is being started the node does not show it yet: it has ended when the engine says so too.
    const isGone = listed.kind === 'listed' ? left.length === 0 : await hasEnded(command.node);
    if (isGone && seen.end) return by === null ? { kind: 'by-itself' } : { kind: 'ended', by };
    const waitedMs = performance.now() - beganMs;
    if (waitedMs > graceMs + killMs || listed.kind === 'never') {
      process.close();
      const what = listed.kind === 'listed' ? pidsOf(left) : listed.why;
      return { kind: 'left', why: `still there ${Math.round(waitedMs)} ms later: ${what}` };
    }
    const now = waitedMs > graceMs || hurry?.aborted === true ? 'SIGKILL' : signal;
    const untold = left.filter(({ pid, startTime }) => now === 'SIGKILL' || known.get(pid) !== startTime);
    if (untold.length > 0) {
      // A node that is too busy to send it now is asked again: what was not told is not known.
      if (
        await tell(command, now, untold).then(
          () => true,
          () => false,
        )
      ) {
        by = now;
        for (const { pid, startTime } of left) known.set(pid, startTime);
      }
    }
    await delay(pollMs, undefined, { signal: now === 'SIGKILL' ? undefined : hurry }).catch(() => undefined);
  }
}

type Listed =
  | { readonly kind: 'listed'; readonly processes: readonly ListedProcess[] }
  /** Not this time: a busy node may answer the next. */
  | { readonly kind: 'not-now'; readonly why: string }
  | { readonly kind: 'never'; readonly why: string };

/** As shells and engines say it, with 126 or 127; a node that has no process left to give answers 126 too. */
const noShell = /not found|no such file/i;

/** As the account of the command, which alone may read the environment of what it started. */
async function processes({ node, mark, user }: Command): Promise<Listed> {
  try {
    const { exitCode, stdout, stderr } = await node.exec(listing(mark), { ...as(user), timeoutMs: askMs });
    if (exitCode === 0) return { kind: 'listed', processes: listedProcesses(stdout) };
    const why = (stderr || stdout).trim() || `its processes could not be listed (${exitCode})`;
    return { kind: [126, 127].includes(exitCode) && noShell.test(why) ? 'never' : 'not-now', why };
  } catch (error) {
    return { kind: 'not-now', why: messageOf(error) };
  }
}

async function hasEnded(node: NodeAccess): Promise<boolean> {
  return await node.state().then(
    ({ running }) => !running,
    () => false,
  );
}

/** By force also as root, for what has changed its account. */
async function tell(
  { node, user }: Command,
  signal: NodeJS.Signals,
  to: readonly ListedProcess[],
): Promise<void> {
  const argv = killing(
    signal.replace(/^SIG/, ''),
    to.map(({ pid }) => pid),
  );
  await node.exec(argv, { ...as(user), timeoutMs: askMs });
  if (signal === 'SIGKILL') await node.exec(argv, { user: '0', timeoutMs: askMs });
}

function as(user: string | undefined): { readonly user?: string } {
  return user === undefined ? {} : { user };
}

function pidsOf(left: readonly ListedProcess[]): string {
  return left.length === 0
    ? 'its streams are open, and no process of it was found'
    : `pid ${left.map(({ pid }) => pid).join(', ')}`;
}
