import { isDriftFault, type DriftFault } from '../../../infra/spec/fault.ts';
import type { Judged } from '../watch/judge.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import type { Asked, TargetMeaning, TargetReader } from '../watch/target-watch.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

export interface PackageReading {
  /** What the software says of itself; null where it could not be run. */
  readonly reported: string | null;
  /** The version that dpkg has as installed; null where it has none, undefined where it was not asked. */
  readonly installed: string | null | undefined;
}

/** Pure: what readings of a package mean. */
export const driftMeaning: TargetMeaning<DriftFault, PackageReading> = {
  isOf: isDriftFault,
  unread: { reported: null, installed: undefined },
  judge(fault, { before, during, after }) {
    const missing = ({ reported, installed }: PackageReading): number =>
      reported === null && installed === null ? 1 : 0;
    const [was, is, left] = [missing(before), missing(during), isThere(after) ? 0 : 1] as const;
    const ok = isThere(before) && is === 1;
    return {
      ...{ requested: 1, unit: 'bool', n: during.installed === undefined ? 0 : 1, tolerance: 0, ok },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      why: ok ? '' : `${fault.package}: before ${said(before)}, then ${said(during)}`,
    } satisfies Judged;
  },
  isHealed: (_fault, { before, after }) => isThere(after) && isSame(before, after),
  isAsBefore: isSame,
};

function isThere({ reported, installed }: PackageReading): boolean {
  return reported !== null && typeof installed === 'string';
}

function isSame(a: PackageReading, b: PackageReading): boolean {
  return a.reported === b.reported && a.installed === b.installed && b.installed !== undefined;
}

function said({ reported, installed }: PackageReading): string {
  const program = reported === null ? 'its command failed' : `its command said "${reported}"`;
  if (installed === undefined) return `${program}, and dpkg was not to be asked`;
  return `${program}, and dpkg had ${installed === null ? 'none installed' : `${installed} installed`}`;
}

/** Packages, asked inside their nodes: the software itself, and dpkg. */
export class DriftReader implements TargetReader<DriftFault, PackageReading> {
  readonly #victims: readonly Victim[];

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return nodesBeside(this.#victims, targets);
  }

  /** The same is asked of bystanders: some may not have the package, before and after. */
  async read(node: string, { scheduled }: Asked<DriftFault>, signal: AbortSignal): Promise<PackageReading> {
    const { fault } = scheduled;
    if (!isDriftFault(fault)) throw new Error(`${scheduled.id} is of another family`);
    const { access } = victimNamed(this.#victims, node);
    const run = async (argv: readonly string[]): Promise<{ exitCode: number; stdout: string }> =>
      access.exec(['sh', '-c', 'exec "$@"', 'sh', ...argv], {
        environment: { LC_ALL: 'C' },
        timeoutMs: 20_000,
        signal,
      });
    const [program, dpkg] = await Promise.all([
      run(fault.reports),
      run(['dpkg-query', '--show', '--showformat', '${db:Status-Status} ${Version}\\n', fault.package]),
    ]);
    return {
      reported: program.exitCode === 0 ? program.stdout.trim() : null,
      installed: installedVersion(dpkg),
    };
  }
}

/** Pure: dpkg-query ends with 1 where it knows nothing of a package; it knows by name what others name. */
export function installedVersion(answer: {
  readonly exitCode: number;
  readonly stdout: string;
}): string | null | undefined {
  if (answer.exitCode > 1) return undefined;
  const installed = answer.stdout.split('\n').find((line) => line.startsWith('installed '));
  return installed?.slice('installed '.length) ?? null;
}
