import { assertNever } from '../../../infra/errors.ts';
import { unusedBeside } from '../../../infra/plan/subnet.ts';
import { isDnsFault, type DnsFault } from '../../../infra/spec/fault.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { heldDriver } from '../victim/held-driver.ts';
import type { Victim } from '../victim/victim.ts';

/** A fault is in force for as long as its program answers the node's questions (images/toolbox/dnsfault.c). */
export function dnsDriver(victims: readonly Victim[]): FamilyDriver {
  return heldDriver(victims, ({ id, fault }) => {
    if (!isDnsFault(fault)) throw new Error(`${id} is of another family`);
    return { argv: answering(fault, victims) };
  });
}

/** Pure: the program and its words. */
export function answering(
  fault: DnsFault,
  nodes: readonly Pick<Victim, 'node' | 'address'>[],
): readonly string[] {
  const names = fault.names ?? [];
  switch (fault.kind) {
    case 'dns.slow':
      return ['dnsfault', 'slow', String(fault.delayMs), ...names];
    case 'dns.fail':
      return ['dnsfault', 'fail', fault.answer, ...names];
    case 'dns.wrong':
      return ['dnsfault', 'wrong', addressOf(fault.address, nodes), ...names];
    default:
      return assertNever(fault);
  }
}

function addressOf(wanted: string, nodes: readonly Pick<Victim, 'node' | 'address'>[]): string {
  const found = wanted === 'unused' ? undefined : nodes.find(({ node }) => node === wanted);
  const [first] = nodes;
  if (first === undefined || (wanted !== 'unused' && found === undefined))
    throw new Error(`no node has the name ${wanted}`);
  return found?.address ?? unusedBeside(first.address);
}
