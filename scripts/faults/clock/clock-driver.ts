import { isClockFault } from '../../../infra/spec/fault.ts';
import { allDone } from '../../all-done.ts';
import { restarted, servicesOf } from '../units/services.ts';
import { inNode } from './clock-arms.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

/** Where a node's own zone is kept meanwhile. */
const kept = '/etc/.understudy-zone';

const changeZone = [
  'set -e; kept=$1 zone=$2; shift 2',
  '[ -f "/usr/share/zoneinfo/$zone" ] || { echo "it has no /usr/share/zoneinfo/$zone (package tzdata)" >&2; exit 3; }',
  // There only once it is whole: what is not there is not brought back.
  'mkdir "$kept.new"',
  'for file in localtime timezone; do [ ! -e "/etc/$file" ] && [ ! -L "/etc/$file" ] || cp -a "/etc/$file" "$kept.new"; done',
  'mv "$kept.new" "$kept"',
  'ln -sf "/usr/share/zoneinfo/$zone" /etc/localtime',
  'echo "$zone" > /etc/timezone',
  'systemctl try-restart "$@"',
].join('\n');

const restoreZone = [
  'set -e; kept=$1; shift',
  'rm -rf "$kept.new"',
  '[ -d "$kept" ] || exit 0',
  'for file in localtime timezone; do',
  '  rm -f "/etc/$file"',
  // A link that is relative leads nowhere from here.
  '  [ ! -e "$kept/$file" ] && [ ! -L "$kept/$file" ] || mv "$kept/$file" "/etc/$file"',
  'done',
  'rmdir "$kept"',
  'systemctl try-restart "$@"',
].join('\n');

/** Writes what the clock of a node's units is shifted by (ClockArms put it there), or puts the node into another zone. */
export function clockDriver(victims: readonly Victim[]): FamilyDriver {
  return {
    async inject({ id, fault, targets }) {
      if (!isClockFault(fault)) return;
      await allDone(
        targets.map(async (node) => {
          const victim = victimNamed(victims, node);
          if (fault.kind === 'clock.zone') await inZone(victim, changeZone, [kept, fault.zone]);
          else if (fault.kind === 'clock.offset')
            await victim.hold.start(id, ['clockset', 'offset', String(fault.offsetMs)]);
          else await victim.hold.start(id, ['clockset', 'rate', String(fault.driftPpm)]);
        }),
      );
    },
    async heal({ id, fault, targets }, _active, ended = new Set()) {
      if (!isClockFault(fault)) return;
      await allDone(
        targets.map(async (node) => {
          if (ended.has(node)) return;
          const victim = victimNamed(victims, node);
          if (fault.kind === 'clock.zone') await inZone(victim, restoreZone, [kept]);
          else await victim.hold.heal(id);
        }),
      );
    },
  };
}

async function inZone(victim: Victim, script: string, words: readonly string[]): Promise<void> {
  const services = servicesOf(victim);
  await inNode(victim.access, script, [...words, ...services]);
  await restarted(victim, services);
}
