import type { Abilities } from '../../scripts/faults/side-car/abilities.ts';

/** Of a kernel that has all that faults can need. */
export const everyAbility: Abilities = {
  netem: true,
  htb: true,
  nftables: true,
  nfqueue: true,
  duplicating: true,
  clocks: true,
  names: true,
  layers: true,
  tracing: true,
};

/** Of the one that most of this was built on. */
export const withoutNetem: Abilities = { ...everyAbility, netem: false };
