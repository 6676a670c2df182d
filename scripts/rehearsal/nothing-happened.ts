import type { Findings } from '../verdict/conclude.ts';
import type { BegunTrial } from './begun-trial.ts';
import type { Trial } from './trial.ts';

/** What there is to say of a cluster before anything is known of it. */
export const nothingFound: Omit<Findings, 'control'> = {
  suites: [],
  receipts: [],
  invariants: [],
  parity: [],
  leftovers: [],
  down: [],
  invalid: [],
};

/** A trial that came to nothing: there was no cluster. */
export function nothingHappened(begun: BegunTrial): Trial {
  return { ...begun, ...nothingFound, residue: [], memoryHeld: {}, failure: null };
}
