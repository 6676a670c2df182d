import type { BegunTrial } from './begun-trial.ts';
import type { Trial } from './trial.ts';

/** A trial that came to nothing: there was no cluster. */
export function nothingHappened(begun: BegunTrial): Trial {
  return {
    ...begun,
    suites: [],
    receipts: [],
    parity: [],
    invalid: [],
    leftovers: [],
    unready: [],
    residue: [],
    failure: null,
  };
}
