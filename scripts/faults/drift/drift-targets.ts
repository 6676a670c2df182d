import { isDriftFault, type DriftFault } from '../../../infra/spec/fault.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';
import type { Asked, TargetReader } from '../watch/target-watch.ts';
import type { PackageReading } from './drift-meaning.ts';

/** Packages, asked inside their nodes: the software itself, and dpkg or Python. */
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
    const run = async (argv: readonly string[]): Promise<Answer> =>
      access.exec(['sh', '-c', 'exec "$@"', 'sh', ...argv], {
        environment: { LC_ALL: 'C', PYTHONDONTWRITEBYTECODE: '1' },
        timeoutMs: 20_000,
        signal,
      });
    const isPip = fault.kind === 'drift.version' && fault.manager === 'pip';
    const asked = isPip
      ? ['python3', '-c', askPython, fault.package]
      : ['dpkg-query', '--show', '--showformat', '${db:Status-Status} ${Version}\\n', fault.package];
    const [program, manager] = await Promise.all([run(fault.reports), run(asked)]);
    return {
      reported: program.exitCode === 0 ? program.stdout.trim() : null,
      installed: isPip && manager.exitCode === withoutProgram ? null : installedVersion(manager),
    };
  }
}

interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
}

/** A node without Python has no project of PyPI. */
const withoutProgram = 127;

/** Ends as dpkg-query does. */
const askPython = `
import importlib.metadata, sys
try:
    print("installed", importlib.metadata.version(sys.argv[1]))
except importlib.metadata.PackageNotFoundError:
    sys.exit(1)
except BaseException:
    sys.exit(2)
`;

/** Pure: dpkg-query ends with 1 where it knows nothing of a package; it knows by name what others name. */
export function installedVersion(answer: Answer): string | null | undefined {
  if (answer.exitCode > 1) return undefined;
  const installed = answer.stdout.split('\n').find((line) => line.startsWith('installed '));
  return installed?.slice('installed '.length) ?? null;
}
