import type { NodeAccess } from '../../nodes/node.ts';
import { askSettled, type ProcessClock } from '../clock/clock-readings.ts';

/** An answer is right to within its own error, and this, ms; the slowest drift that there is takes a few seconds to get there. */
const sameMs = 0.3;

const script = [
  'for path in /usr/lib/understudy-clock /etc/.understudy-zone; do [ ! -e "$path" ] || find "$path" || exit; done',
  'echo "localtime $(readlink -f /etc/localtime)"',
  '[ ! -e /etc/timezone ] || echo "timezone $(cat /etc/timezone)"',
].join('\n');

/** What these services take for the time, what makes them do so, and the zone of their node: a line each. */
export async function takeClocks(
  node: NodeAccess,
  sideCar: NodeAccess,
  services: readonly string[],
  listing: (node: NodeAccess, argv: readonly string[]) => Promise<string>,
): Promise<string> {
  const [files, processes] = await Promise.all([
    listing(node, ['sh', '-c', script]),
    askSettled(node.name, sideCar, services),
  ]);
  return [files, ...new Set(processes.map(lineOf))].join('\n');
}

function lineOf({ name, why, offsetMs, errorMs, zoneMs }: ProcessClock): string {
  const [unit = ''] = name.split(' ');
  if (why !== '') return `${unit} ${why}`;
  const time =
    Math.abs(offsetMs) <= errorMs + sameMs ? 'has the right time' : `is off by ${Math.round(offsetMs)} ms`;
  return `${unit} ${time}, ${zoneMs / 60_000} min east of UTC`;
}
