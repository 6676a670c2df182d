import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SpecError } from '../../../infra/errors.ts';
import { errorText } from '../../../scripts/output.ts';
import { differenceTable } from '../../../scripts/parity/difference-table.ts';
import { summary } from '../../../scripts/report/summary.ts';
import { visible, visibleInColour, visibleJson, visibleWithoutColour } from '../../../scripts/visible.ts';
import pc from 'picocolors';
import { madeUpRun } from '../../support/recorded-run.ts';

const esc = '\u001b';
/** Everything that a terminal may take for an order, or that turns the order of writing round. */
const orders = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(esc, '[', '3', '1', 'm', '\u009b', '\r', '\n'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

describe('what somebody else wrote', () => {
  test.each([
    [`${esc}[2J${esc}[Hverdict pass`, '\\x1b[2J\\x1b[Hverdict pass'],
    [`${esc}]0;title\u0007`, '\\x1b]0;title\\x07'],
    ['\u009b2J', '\\x9b2J'],
    ['fail\rpass', 'fail\\x0dpass'],
    ['one\r\ntwo\tthree\n', 'one\ntwo\tthree\n'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['Grüße, 世界 🎭', 'Grüße, 世界 🎭'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('never holds an order to a terminal, and is shown once', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visible(text)).not.toMatch(orders);
        expect(visible(visible(text))).toBe(visible(text));
        expect(visibleWithoutColour(text)).not.toMatch(orders);
      }),
    );
  });

  test('in colour holds colours and no other order', () => {
    expect(visibleInColour(`${esc}[31;1mred${esc}[0m ${esc}[2K${esc}[8`)).toBe(
      `${esc}[31;1mred${esc}[0m \\x1b[2K\\x1b[8`,
    );
    fc.assert(
      fc.property(anyText, (text) => {
        expect(
          visibleInColour(text)
            .split(`${esc}[`)
            .map((piece, index) => (index === 0 ? piece : piece.replace(/^[\d;]*m/, '')))
            .join(''),
        ).not.toMatch(orders);
      }),
    );
  });

  test('is the same JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), anyText, (value, text) => {
        const json = visibleJson(JSON.stringify([value, text]));
        expect(json).not.toMatch(orders);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify([value, text])));
      }),
    );
  });
});

describe('in what is printed, colours are ours alone', () => {
  const coloured = pc.createColors(true);
  const hostile = `${esc}[32mpass${esc}[2J`;
  const mine = (text: string): string =>
    text.replaceAll(new RegExp(`${esc}\\[(1|2|22|31|32|33|39)m`, 'g'), '');

  test('an error', () => {
    const problem = { code: 'c', message: hostile, file: hostile, line: 1, column: 2, hint: '' };
    const text = errorText(new SpecError(hostile, [problem]), coloured);
    expect(text.startsWith(coloured.red('error'))).toBe(true);
    expect(text).toContain('\\x1b[32mpass\\x1b[2J');
    expect(mine(text)).not.toMatch(orders);
  });

  test('a bug of ours', () => {
    expect(mine(errorText(new Error(hostile), coloured))).not.toMatch(orders);
  });

  test('the end of a run', () => {
    const { verdict } = madeUpRun();
    if (verdict === null) throw new Error('the made-up run has a verdict');
    const text = summary(
      { ...verdict, variables: { a: hostile }, why: [hostile], residue: [hostile], report: `/${hostile}` },
      [{ node: 'a', name: hostile, pid: 1, signal: 'SIGSEGV', file: null, bytes: 0, absent: '' }],
      { colours: coloured, columns: Infinity },
    );
    expect(text.split('\\x1b[32mpass')).toHaveLength(6);
    expect(mine(text)).not.toMatch(orders);
  });

  test('a difference', () => {
    const difference = {
      node: 'a',
      fact: 'env',
      expected: 'x',
      actual: hostile,
      class: 'blocking',
      why: '',
    } as const;
    const text = differenceTable([difference], { colours: coloured, columns: 80 });
    expect(text).toContain('is \\x1b[32mpass\\x1b[2J');
    expect(mine(text)).not.toMatch(orders);
  });
});
