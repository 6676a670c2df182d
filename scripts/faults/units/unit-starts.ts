import { createInterface } from 'node:readline';
import type { NodeAccess, NodeProcess } from '../../nodes/node.ts';

/** A process that systemd started for a unit, and what it was given. */
export interface UnitStart {
  readonly pid: number;
  readonly startedTicks: number;
  readonly umask: number;
  readonly noNewPrivileges: boolean;
  /** Of the variable that was asked for: null where its environment has none, undefined where that was not to be seen. */
  readonly value: string | null | undefined;
}

/** Pure: of a line that images/toolbox/unitstarts.c prints; null for any other. */
export function unitStart(line: string): UnitStart | null {
  const [, pid, started, umask, privileges, environment = ''] =
    /^(\d+) (\d+) ([0-7]+) ([01]) (\?|-|=[0-9a-f]*)$/.exec(line) ?? [];
  if (umask === undefined) return null;
  return {
    pid: Number(pid),
    startedTicks: Number(started),
    umask: Number.parseInt(umask, 8),
    noNewPrivileges: privileges === '1',
    value: valueOf(environment),
  };
}

function valueOf(environment: string): string | null | undefined {
  if (environment === '?') return undefined;
  return environment === '-' ? null : Buffer.from(environment.slice(1), 'hex').toString();
}

/**
 * Pure: what is known of each process once this is said too, in the order in which they were first seen. Some programs write
 * over their environment: what was seen of it before stays.
 */
export function withStart(known: readonly UnitStart[], said: UnitStart): readonly UnitStart[] {
  const was = known.find((one) => isSame(one, said));
  if (was === undefined) return [...known, said];
  const now = said.value === undefined ? { ...said, value: was.value } : said;
  return known.map((one) => (one === was ? now : one));
}

export function isSame(
  a: Pick<UnitStart, 'pid' | 'startedTicks'>,
  b: Pick<UnitStart, 'pid' | 'startedTicks'>,
): boolean {
  return a.pid === b.pid && a.startedTicks === b.startedTicks;
}

/** Looks on from the node's side-car while a unit is started, however short its processes live. */
export class StartWatch {
  readonly #process: NodeProcess;
  #starts: readonly UnitStart[] = [];

  private constructor(process: NodeProcess) {
    this.#process = process;
    process.stderr.resume();
    process.stdin.on('error', () => undefined); // its side-car is gone, and nothing more is seen
    createInterface({ input: process.stdout }).on('line', (line) => {
      const said = unitStart(line);
      if (said !== null) this.#starts = withStart(this.#starts, said);
    });
  }

  /** `variable` null: no variable is asked for. */
  static async open(sideCar: NodeAccess, file: string, variable: string | null): Promise<StartWatch> {
    return new StartWatch(
      await sideCar.start(['unitstarts', file, ...(variable === null ? [] : [variable])]),
    );
  }

  get starts(): readonly UnitStart[] {
    return this.#starts;
  }

  close(): void {
    this.#process.stdin.end();
    this.#process.close();
  }
}
