import { UsageError } from '../errors.ts';
import type { Path } from '../spec/document.ts';
import type { Monkey } from '../spec/monkey.ts';
import type { Latency } from '../spec/latency.ts';

/** Whose words are refused: a fault's, by its name as it stands in the schedule, or what a profile says of all of them. */
export interface Place {
  /** `links/<n>` for the standing conditions of the spec. */
  readonly profile: string;
  /** null: the profile as a whole, or what `at` names in it. */
  readonly fault: string | null;
  /** Below that. */
  readonly at: Path;
}

/**
 * What a profile asks for and no plan of this cluster can have. Those that plan know no files: load-plan.ts gives the line
 * and the column.
 */
export class RefusedFault extends UsageError {
  readonly place: Place;
  /** What else has to do with it, in words that the hint goes on with. */
  readonly other: { readonly words: string; readonly place: Place } | null;

  constructor(
    code: string,
    message: string,
    { hint, place, other = null }: { hint: string; place: Place; other?: RefusedFault['other'] },
  ) {
    super(code, message, { hint });
    this.place = place;
    this.other = other;
  }
}

/** In the `monkey:` of a profile. */
export function inMonkey(profile: string, ...at: readonly [] | readonly [keyof Monkey, ...Path]): Place {
  return { profile, fault: null, at: ['monkey', ...at] };
}

/** In the `latency:` of a profile. */
export function inLatency(profile: string, ...at: readonly [] | readonly [keyof Latency, ...Path]): Place {
  return { profile, fault: null, at: ['latency', ...at] };
}
