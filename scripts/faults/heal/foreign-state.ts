import { HostError } from '../../../infra/errors.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { parseTarget } from '../../../infra/plan/target.ts';
import { isEvictionFault } from '../../../infra/spec/fault.ts';
import { driverName } from '../kinds/kinds.ts';
import { queueNumber } from '../links/link-commands.ts';
import { metadataAddress } from '../metadata/metadata-arms.ts';
import type { Abilities } from '../side-car/abilities.ts';
import type { Fingerprint } from './fingerprint.ts';

/**
 * Pure: what a node has of its own, from before any fault, where these faults would have to put theirs: one sentence for
 * each. All else that it has stays as it is, beside what is ours.
 */
export function inTheWay(
  node: string,
  faults: readonly ScheduledFault[],
  fingerprint: Fingerprint,
  abilities: Abilities,
): readonly string[] {
  return faults.flatMap((fault) =>
    placesOf(node, fault, abilities).flatMap(({ what, isTaken }) => {
      const found = fingerprint.filter(isTaken).map((line) => line.replace(/^\w+ /, '').trim());
      return found.length === 0
        ? []
        : [`${node}, for ${fault.id}: ${what} that is not ours, and it stays: ${found.join(', ')}`];
    }),
  );
}

/** @throws HostError (69) before anything of ours is put into a node. */
export function refuseInTheWay(found: readonly string[]): void {
  if (found.length === 0) return;
  throw new HostError('foreign-state', `something is in the way of faults:\n  ${found.join('\n  ')}`, {
    hint: 'take it out of what the node starts with, or put these faults on other nodes',
  });
}

/** Something that a fault must have for itself, and the lines of a fingerprint that say who has it. */
interface Place {
  readonly what: string;
  readonly isTaken: (line: string) => boolean;
}

/** The kernel's own has handle 0: and makes room. */
const root: Place = {
  what: 'a root qdisc',
  isTaken: (line) => /^qdisc qdisc \S+ (?!0:)\S+ dev eth0 root /.test(line),
};
const tables: Place = {
  what: 'a table with a name of ours',
  isTaken: (line) => /^rule table \S+ understudy_/.test(line),
};
const queue: Place = { what: `a rule for queue ${queueNumber}`, isTaken: isForOurQueue };
const metadata: Place = {
  what: 'something at the address of the metadata service',
  isTaken: (line) => new RegExp(`^(address \\S+ inet|route( \\S+)?) ${metadataAddress}(/| |$)`).test(line),
};

function placesOf(node: string, { fault, targets }: ScheduledFault, abilities: Abilities): readonly Place[] {
  if (isEvictionFault(fault)) return targets.includes(node) ? [metadata] : [];
  const ends = targets.map(parseTarget).flatMap((one) => {
    if (one.on === 'link')
      return [...(one.from === node ? ['sender'] : []), ...(one.to === node ? ['receiver'] : [])];
    return one.node === node ? ['only'] : [];
  });
  if (ends.length === 0) return [];
  switch (driverName(fault.kind, abilities)) {
    case 'htb':
    case 'netem':
      return ends.includes('sender') ? [root] : [];
    case 'nfqueue':
      return ends.includes('receiver') ? [tables, queue] : [];
    case 'nftables':
    case 'dnsfault':
      return [tables];
    default:
      return [];
  }
}

/** `queue num 47`, `queue flags bypass to 40-50`. */
function isForOurQueue(line: string): boolean {
  const [, first, last = first] =
    /^rule .*\bqueue (?:flags \S+ )?(?:num|to) (\d+)(?:-(\d+))?/.exec(line) ?? [];
  return Number(first) <= queueNumber && queueNumber <= Number(last);
}
