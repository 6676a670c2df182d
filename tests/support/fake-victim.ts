import { Hold } from '../../scripts/faults/side-car/hold.ts';
import { LinkDriver, type LinkMechanism } from '../../scripts/faults/links/link-driver.ts';
import type { Victim } from '../../scripts/faults/victim/victim.ts';
import type { Machine } from '../../scripts/nodes/machine.ts';
import { FakeSideCar } from './fake-kernel.ts';
import { fakeNode } from './fake-node.ts';

const nobody = (): Promise<never> => Promise.reject(new Error('not asked for here'));
const noMachine: Machine = {
  pause: nobody,
  resume: nobody,
  kill: nobody,
  shutDown: nobody,
  start: nobody,
  signal: nobody,
  replace: nobody,
  allotment: nobody,
  allot: nobody,
  processes: nobody,
  memoryHeld: nobody,
};

/** A node that nothing may be asked of but what is given. */
export function bareVictim(parts: Pick<Victim, 'hold' | 'links' | 'sideCar'> & Partial<Victim>): Victim {
  return {
    node: 'node-1',
    address: '',
    access: fakeNode({}),
    machine: noMachine,
    reachesFiles: false,
    disks: [],
    units: [],
    names: [],
    dependency: null,
    rearm: nobody,
    replace: nobody,
    ready: nobody,
    disarm: async () => parts.hold.close(),
    abandon: () => {
      parts.hold.leave();
    },
    ...parts,
  };
}

/** A node with a side-car that only pretends; what is given is in the place of what else nobody may ask for. */
export async function fakeVictim(
  parts: Partial<Omit<Victim, 'hold' | 'links' | 'sideCar'>>,
  sideCar = new FakeSideCar(),
  mechanism: LinkMechanism = 'nfqueue',
): Promise<Victim> {
  const hold = await Hold.open(sideCar.access);
  return bareVictim({
    ...parts,
    hold,
    sideCar: sideCar.access,
    links: new LinkDriver(hold, () => '7', mechanism),
  });
}
