import { isDnsFault } from '../spec/fault.ts';
import { namedNodes, tellingNames } from './cluster-names.ts';
import type { Plan, ScheduledFault } from './plan.ts';
import type { Finding } from './senseless.ts';

/** What the cluster's name server does not know it never answers: no way leads out. */
export function namesOfNobody({ fault }: ScheduledFault, { nodes }: Plan): Finding | null {
  if (!isDnsFault(fault)) return null;
  const known = namedNodes(nodes).flatMap(({ names }) => names);
  const unknown = fault.names?.find((name) => !known.includes(name));
  if (unknown === undefined) return null;
  return {
    key: 'names',
    message: `no node of this cluster has the name ${unknown}`,
    hint: `names of nodes, or of roles that have one: ${known.join(', ')}`,
  };
}

export function addressOfNobody({ fault }: ScheduledFault, { nodes }: Plan): Finding | null {
  if (fault.kind !== 'dns.wrong' || fault.address === 'unused') return null;
  const known = nodes.map(({ name }) => name);
  if (known.includes(fault.address)) return null;
  return {
    key: 'address',
    message: `no node of this cluster has the name ${fault.address}`,
    hint: `unused, or one of ${known.join(', ')}`,
  };
}

/** On a node that asks for no other name than these, nothing would be different. */
export function namesThatTellNothing({ fault, targets }: ScheduledFault, { nodes }: Plan): Finding | null {
  if (!isDnsFault(fault)) return null;
  const named = namedNodes(nodes);
  const known = named.flatMap(({ names }) => names);
  if (fault.names?.some((name) => !known.includes(name)) === true) return null;
  const node = targets.find((one) => tellingNames(fault, one, named).length === 0);
  if (node === undefined) return null;
  const isWrong = fault.kind === 'dns.wrong' && fault.address !== 'unused';
  return {
    key: fault.names === undefined ? (isWrong ? 'address' : 'on') : 'names',
    message: isWrong
      ? `on ${node} every one of these names has the address of ${fault.address} already, or is its own`
      : `${node} asks nobody for its own name: it is in its /etc/hosts`,
    hint: 'the name of another node',
  };
}
