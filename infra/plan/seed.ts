import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A source of chance for one purpose. */
export interface Draw {
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
}

/**
 * Streams split by name: what one fault draws does not depend on how many others there are, nor on their order.
 */
export function drawFor(seed: number, name: string): Draw {
  const state = createHash('sha256').update(`${seed}/${name}`).digest().readInt32BE();
  const generator = xoroshiro128plus(state);
  return { integer: (min, max) => uniformInt(generator, min, max) };
}

/** Fisher and Yates: every order is as likely. */
export function shuffled<T>(values: readonly T[], draw: Draw): readonly T[] {
  const rest = [...values];
  return values.flatMap(() => rest.splice(draw.integer(0, rest.length - 1), 1));
}
