import { describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { errorDocument, errorText } from '../../scripts/output.ts';
import { screenOf } from '../../scripts/screen.ts';
import { expectGolden } from './golden.ts';

export interface Refusal {
  /** What a person reads on stderr, without colours. */
  readonly text: string;
  /** What a program reads on stdout under `--json`. */
  readonly document: ReturnType<typeof errorDocument>;
}

/** How the command line would tell of what `work` throws. */
export function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    return { text: errorText(error, screenOf({}).colours), document: errorDocument(error) };
  }
  throw new Error('it was not refused');
}

/**
 * One mistake a `<name>.yaml` (or a folder `<name>` with `inner` in it), and beside it, in `<name>.txt`, what a user reads,
 * to the letter.
 */
export function describeRefusals(
  folder: string,
  load: (file: string) => unknown,
  { inner }: { readonly inner?: string } = {},
): void {
  const entries = readdirSync(folder);
  const names =
    inner === undefined
      ? entries.filter((entry) => entry.endsWith('.yaml')).map((entry) => entry.replace('.yaml', ''))
      : entries.filter((entry) => !entry.includes('.'));

  describe.each(names)('%s', (name) => {
    const file = inner === undefined ? join(folder, `${name}.yaml`) : join(folder, name, inner);
    const refusal = (): Refusal => refusalOf(() => load(file));

    test('is refused with the golden message', () => {
      expectGolden(join(folder, `${name}.txt`), refusal().text);
    });

    test('is refused as a mistake of its author, with every problem in its place', () => {
      const { text, document } = refusal();
      expect(document.error).toMatchObject({ exit: 64, code: 'spec' });
      expect(document.error.problems.length).toBeGreaterThan(0);
      expect(text).not.toMatch(/\n\s+at /);
      for (const problem of document.error.problems) {
        expect(problem.file).toBe(relative(process.cwd(), file));
        expect(problem.hint).not.toBe('');
        expect(text).toContain(`${problem.file}:${problem.line}:${problem.column}  ${problem.message}\n`);
      }
    });
  });

  test('every golden message has its file', () => {
    const messages = entries.filter((entry) => entry.endsWith('.txt'));
    expect(messages.map((entry) => entry.replace('.txt', '')).sort()).toEqual([...names].sort());
  });
}
