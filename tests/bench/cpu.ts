import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { otherProcesses, usedByOthers } from './others.ts';
import { parseMachine, parseStat, readProc } from './proc.ts';

export interface CpuSeconds {
  /** The command and everything that it started, as the kernel counted it. */
  readonly command: number;
  /** Everything on this machine, the engine and the containers among it. */
  readonly machine: number;
  /** Everybody but the command, the engine, the containers and this benchmark: what should be next to nothing. */
  readonly others: number;
  /** Of `command`, by kind of process; sampled, so that the last moments of each are missing. */
  readonly byProcess: Readonly<Record<string, number>>;
  /** When each kind of process was first seen, ms after the start. */
  readonly firstSeenMs: Readonly<Record<string, number>>;
}

const sampleMs = 50;

interface Seen {
  readonly kind: string;
  readonly seconds: number;
  readonly firstMs: number;
}

/** CPU time of one command, with its descendants, and of the machine, from now until `end`. */
export class CpuMeter {
  readonly #classify: (argv: readonly string[]) => string;
  readonly #machineBefore = machineSeconds();
  readonly #reapedBefore = reapedSeconds();
  readonly #othersBefore = otherProcesses(new Set());
  readonly #seen = new Map<number, Seen>();
  /** Last: what stands above takes its time. */
  readonly #beganMs = performance.now();
  #root: { readonly pid: number; readonly earlier: number; readonly timer: NodeJS.Timeout } | null = null;

  constructor(classify: (argv: readonly string[]) => string) {
    this.#classify = classify;
  }

  /** Call it as soon as the command's process is there; of one that was there before, only what comes now counts. */
  follow(pid: number, { isNew }: { readonly isNew: boolean }): void {
    const timer = setInterval(() => {
      this.#sample(pid);
    }, sampleMs);
    this.#root = { pid, earlier: isNew ? 0 : treeSeconds(pid), timer };
  }

  /** Looks no more: for a command whose figures do not count. */
  stop(): void {
    if (this.#root !== null) clearInterval(this.#root.timer);
  }

  end(): CpuSeconds {
    const root = this.#root;
    if (root === null) throw new Error('no command was followed');
    this.stop();
    this.#sample(root.pid);
    const byProcess: Record<string, number> = {};
    const firstSeenMs: Record<string, number> = {};
    for (const { kind, seconds, firstMs } of this.#seen.values()) {
      byProcess[kind] = hundredths((byProcess[kind] ?? 0) + seconds);
      firstSeenMs[kind] = Math.round(Math.min(firstSeenMs[kind] ?? Infinity, firstMs));
    }
    return {
      // A process that has ended counts with our own reaped children, one that runs on is asked.
      command: hundredths(reapedSeconds() - this.#reapedBefore + treeSeconds(root.pid) - root.earlier),
      machine: hundredths(machineSeconds() - this.#machineBefore),
      others: hundredths(usedByOthers(this.#othersBefore, otherProcesses(this.#ours(root.pid)))),
      byProcess,
      firstSeenMs,
    };
  }

  #ours(root: number): ReadonlySet<number> {
    return new Set([...this.#seen.keys(), root, ...descendants(root)]);
  }

  #sample(root: number): void {
    for (const pid of [root, ...descendants(root)]) {
      const stat = parseStat(readProc(`/proc/${pid}/stat`));
      if (stat === null) continue;
      const known = this.#seen.get(pid);
      const argv = readProc(`/proc/${pid}/cmdline`)
        .split('\0')
        .filter((word) => word !== '');
      // One that has ended, and is not waited for yet, has no words any more; between fork and exec they are its parent's.
      const kind = argv.length === 0 ? (known?.kind ?? 'ended') : this.#classify(argv);
      const firstMs = known?.kind === kind ? known.firstMs : performance.now() - this.#beganMs;
      this.#seen.set(pid, { kind, seconds: stat.own, firstMs });
    }
  }
}

/** Share of this machine's processors that is in use during the next `ms`. */
export async function busyRatio(ms: number, cores: number): Promise<number> {
  const before = machineSeconds();
  const beganMs = performance.now();
  await delay(ms);
  return ((machineSeconds() - before) * 1000) / ((performance.now() - beganMs) * cores);
}

const machineSeconds = (): number => parseMachine(readProc('/proc/stat'));
const reapedSeconds = (): number => parseStat(readProc('/proc/self/stat'))?.reaped ?? 0;

/** What a process that runs and its descendants have used, children that ended among them; 0 once it has ended. */
function treeSeconds(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, one) => {
    const stat = parseStat(readProc(`/proc/${one}/stat`));
    return stat === null ? sum : sum + stat.own + stat.reaped;
  }, 0);
}

function descendants(pid: number): readonly number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    readProc(`/proc/${pid}/task/${thread}/children`)
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // it has ended
  }
}

function hundredths(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
