import type { CST } from 'yaml';
import type { YamlProblem } from './yaml-problems.ts';

/** Nothing that is meant is half as deep; what reads a document calls itself once a level. */
const mostLevels = 100;

interface Level {
  readonly token: CST.Token;
  readonly depth: number;
}

/** Pure: the first list or map that is deeper in others than any is meant to be; null where there is none. */
export function tooDeep(tokens: Iterable<CST.Token>): YamlProblem | null {
  for (const document of tokens) {
    const waiting: Level[] = [{ token: document, depth: 0 }];
    for (let level = waiting.pop(); level !== undefined; level = waiting.pop()) {
      const { token } = level;
      const depth = level.depth + (isCollection(token) ? 1 : 0);
      if (depth > mostLevels)
        return {
          code: 'yaml.too-deep',
          message: `more than ${mostLevels} lists and maps stand in each other here`,
          hint: `at most ${mostLevels}: close brackets that are open, or write it flatter`,
          offset: token.offset,
        };
      // The last is taken first: what stands first in the file is to be named.
      for (const inner of inside(token).reverse()) waiting.push({ token: inner, depth });
    }
  }
  return null;
}

function isCollection({ type }: CST.Token): boolean {
  return type === 'flow-collection' || type === 'block-map' || type === 'block-seq';
}

function inside(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap((item) =>
    [item.key, item.value].filter((one) => one !== undefined && one !== null),
  );
}
