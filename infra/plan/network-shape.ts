import { assertNever } from '../errors.ts';
import type { NetworkShape } from '../spec/faults/targets.ts';
import { shuffled, type Draw } from './seed.ts';
import { linkText } from './target.ts';

/**
 * Pure: the directed links `a->b` between `names` that a shape is on. Which nodes play which part, `draw` says.
 * minority, halves, bridge and ring are those of Jepsen's nemesis (jepsen.nemesis: complete-grudge, bridge,
 * majorities-ring): what is left of the network once these links are cut.
 */
export function shapeLinks(
  { shape, way, count }: NetworkShape,
  names: readonly string[],
  draw: Draw,
): readonly string[] {
  const drawn = shuffled(names, draw);
  switch (shape) {
    case 'isolate': {
      const alone = drawn.slice(0, count);
      return alone.flatMap((one) => between([one], names, way));
    }
    case 'minority': {
      const size = Math.floor((drawn.length - 1) / 2);
      return between(drawn.slice(0, size), drawn.slice(size), way);
    }
    case 'halves': {
      const middle = Math.floor(drawn.length / 2);
      return between(drawn.slice(0, middle), drawn.slice(middle), way);
    }
    case 'bridge': {
      const [, ...others] = drawn;
      const middle = Math.floor(others.length / 2);
      return between(others.slice(0, middle), others.slice(middle), way);
    }
    case 'ring':
      return drawn.flatMap((one, at) => {
        const neighbours = [at - 1, at, at + 1].map((place) => drawn[(place + drawn.length) % drawn.length]);
        return drawn.filter((other) => !neighbours.includes(other)).map((other) => linkText(one, other));
      });
    default:
      return assertNever(shape);
  }
}

/** `way` as the first of both see it: `in` is what comes to them. */
function between(
  some: readonly string[],
  others: readonly string[],
  way: NetworkShape['way'],
): readonly string[] {
  return some.flatMap((one) =>
    others
      .filter((other) => other !== one)
      .flatMap((other) => [
        ...(way === 'out' ? [] : [linkText(other, one)]),
        ...(way === 'in' ? [] : [linkText(one, other)]),
      ]),
  );
}
