import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isClockFault } from '../../../infra/spec/fault.ts';
import type { NodeAccess } from '../../nodes/node.ts';
import { allDone } from '../../all-done.ts';
import { literally, noScaffolding, type Scaffolding } from '../side-car/scaffolding.ts';
import { restartDeadlineMs, restarted, servicesOf } from '../units/services.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

/** Beside the library: each unit can read what is in /usr/lib, and map it, however hardened it is (images/toolbox/clockshift.h). */
const folder = '/usr/lib/understudy-clock';
/** In /etc, not in /run: a node that starts anew under another fault has it still. */
const dropIns = '/etc/systemd/system';
const dropIn = '90-understudy-clock.conf';

/** POSIX sh; what a unit preloads by itself, it preloads behind ours. */
export const armingScript = [
  'set -e; umask 022; folder=$1 ins=$2 name=$3; shift 3',
  'mkdir -p "$folder"',
  'base64 -d > "$folder/clockshift.so"',
  'head -c 32 /dev/zero > "$folder/shift"',
  'for unit in "$@"; do',
  '  own=$(systemctl show --property=Environment --value "$unit" |',
  '    sed -n \'s/.*"LD_PRELOAD=\\([^"]*\\)".*/\\1/p; t; s/.*LD_PRELOAD=\\([^ "]*\\).*/\\1/p\' | sed "s/%/%%/g")',
  '  mkdir -p "$ins/$unit.d"',
  '  printf \'[Service]\\nEnvironment="LD_PRELOAD=%s"\\n\' "$folder/clockshift.so${own:+ $own}" > "$ins/$unit.d/$name"',
  'done',
  'systemctl daemon-reload',
  'systemctl try-restart "$@"',
].join('\n');

const takeAway = [
  'set -e; folder=$1 ins=$2 name=$3; shift 3',
  'for unit in "$@"; do rm -f "$ins/$unit.d/$name"; rmdir "$ins/$unit.d" 2>/dev/null || true; done',
  'systemctl daemon-reload',
  'systemctl try-restart "$@"',
  'rm -rf "$folder"',
].join('\n');

/** What stands in the units of nodes from before any fault until after the last: a clock that can be shifted, and is not. */
export class ClockArms {
  readonly #victims: readonly Victim[];
  readonly #armed = new Map<string, readonly string[]>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  /** A library must be there before a process begins: the units of these nodes begin anew, once. */
  async arm(faults: readonly ScheduledFault[]): Promise<void> {
    const shifted = faults.filter(({ fault }) => isClockFault(fault) && fault.kind !== 'clock.zone');
    const nodes = new Set(shifted.flatMap(({ targets }) => targets));
    await allDone(
      [...nodes].map(async (node) => {
        const victim = victimNamed(this.#victims, node);
        const services = servicesOf(victim);
        this.#armed.set(node, services);
        await changeUnits(victim, armingScript, await library(victim), services);
      }),
    );
  }

  scaffolding(node: string): Scaffolding {
    const services = this.#armed.get(node);
    if (services === undefined) return noScaffolding;
    const come = [
      ...services.map((unit) => `unit ${unit} has ${dropIns}/${unit}.d/${dropIn}`),
      ...[folder, `${folder}/clockshift.so`, `${folder}/shift`].map((path) => `clock ${path}`),
    ];
    return { come: come.map((line) => new RegExp(`^${literally(line)}$`)), gone: [] };
  }

  async release(ended: ReadonlySet<string>): Promise<void> {
    const there = [...this.#armed].filter(([node]) => !ended.has(node));
    await allDone(
      there.map(async ([node, services]) => {
        await changeUnits(victimNamed(this.#victims, node), takeAway, '', services);
        this.#armed.delete(node);
      }),
    );
  }
}

async function changeUnits(
  victim: Victim,
  script: string,
  stdin: string,
  services: readonly string[],
): Promise<void> {
  await inNode(victim.access, script, [folder, dropIns, dropIn, ...services], stdin);
  await restarted(victim, services);
}

export async function inNode(
  node: NodeAccess,
  script: string,
  words: readonly string[],
  stdin = '',
): Promise<void> {
  const argv = ['sh', '-c', script, 'sh', ...words];
  const { exitCode, stderr } = await node.exec(argv, { stdin, timeoutMs: restartDeadlineMs });
  if (exitCode !== 0)
    throw new Error(
      `${node.name}: its units could not be given another clock (exit code ${exitCode}): ${stderr.trim()}`,
    );
}

/** As text, for a stream of text. */
async function library({ node, sideCar }: Victim): Promise<string> {
  const argv = ['base64', '/usr/local/lib/clockshift.so'];
  const { exitCode, stdout, stderr } = await sideCar.exec(argv, { timeoutMs: 20_000 });
  if (exitCode !== 0) throw new Error(`${node}: its side-car has no clock to shift: ${stderr.trim()}`);
  return stdout;
}
