import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf, UsageError } from '../../infra/errors.ts';

/** Of every command that runs for long: one of several pieces of it, so that no call of it need. */
export const inParts = { part: { type: 'string', default: '1/1' } } as const;

/** Of one that keeps what it measured: `--again` measures anew what is there of this commit; `--table` only prints it. */
export const resumable = {
  ...inParts,
  again: { type: 'boolean', default: false },
  table: { type: 'boolean', default: false },
} as const;

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T; args: string[] }>>['values'];

/** What stands behind `npm run NAME --`. @throws UsageError (64) for what the command does not know. */
export function namedOptions<T extends Options>(options: T, args = process.argv.slice(2)): Values<T> {
  try {
    return parseArgs({ options, args }).values;
  } catch (error) {
    throw new UsageError('usage', messageOf(error), {
      hint: `it takes ${Object.entries(options)
        .map(([name, { type }]) => `--${name}${type === 'string' ? ' …' : ''}`)
        .join(', ')}`,
      cause: error,
    });
  }
}

/** One of `of` pieces of about the same size. */
export interface Piece {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/** `2/5` → the second of five pieces. @throws UsageError (64) */
export function parsePiece(text: string): Piece {
  const [, index = NaN, of = NaN] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= of) return { index, of };
  throw new UsageError('part', `--part "${text}" names no part`, { hint: 'i/n with 1 ≤ i ≤ n, such as 2/5' });
}

/** Pure: pieces are about equal, and together they are all. */
export function pieceOf<T>(all: readonly T[], { index, of }: Piece): readonly T[] {
  const edge = (piece: number): number => Math.round((all.length * piece) / of);
  return all.slice(edge(index - 1), edge(index));
}
