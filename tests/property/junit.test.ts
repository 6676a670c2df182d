import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseJUnit } from '../../scripts/suite/junit.ts';

interface Written {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly ms: number;
  readonly message: string;
}

/** No blanks at the ends, which XML readers may drop, and none of the characters that XML cannot hold at all. */
const text = fc
  .oneof(
    fc.constantFrom('42', 'true', '1e3', '0x1F', ']]>', '<b>', '&amp;', 'it\'s "quoted"', 'a\nb'),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  )
  .filter(
    (one) =>
      one === one.trim() &&
      one !== '' &&
      one.isWellFormed() &&
      /^(\P{Cc}|\n)*$/u.test(one) &&
      !/[\ufffe\uffff]/.test(one),
  );
const written: fc.Arbitrary<Written> = fc.record({
  name: text,
  status: fc.constantFrom<Written['status'][]>('passed', 'failed', 'skipped'),
  ms: fc.nat(600_000),
  message: text,
});
const suites = fc.array(fc.array(written, { maxLength: 5 }), { maxLength: 4 });
/** jest-junit nests suites in <testsuites>; others write a lone <testsuite>, or suites in suites. */
const shape = fc.constantFrom<('flat' | 'nested' | 'lone')[]>('flat', 'nested', 'lone');

test('every test of a document is found, with its name, outcome, time and message', () => {
  fc.assert(
    fc.property(suites, shape, fc.boolean(), (all, form, cdata) => {
      expect(parseJUnit(document(all, form, cdata))).toEqual(
        all.flat().map(({ name, status, ms, message }) => ({
          name,
          status,
          durationMs: ms,
          message: status === 'failed' ? message : '',
        })),
      );
    }),
  );
});

test('a document that was cut off anywhere is none: half a result is no result', () => {
  fc.assert(
    fc.property(
      suites.filter((all) => all.flat().length > 0),
      shape,
      fc.boolean(),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (all, form, cdata, at) => {
        const whole = document(all, form, cdata);
        expect(() => parseJUnit(whole.slice(0, Math.floor(whole.length * at)))).toThrow();
      },
    ),
  );
});

function document(
  all: readonly (readonly Written[])[],
  form: 'flat' | 'nested' | 'lone',
  cdata: boolean,
): string {
  const cases = (one: readonly Written[]): string => one.map((test) => testcase(test, cdata)).join('\n');
  const inner = all
    .map((one) => `<testsuite name="s" tests="${one.length}">${cases(one)}</testsuite>`)
    .join('');
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  switch (form) {
    case 'flat':
      return `${head}<testsuites name="all">${inner}</testsuites>`;
    case 'nested':
      return `${head}<testsuites><testsuite name="outer">${inner}</testsuite></testsuites>`;
    case 'lone':
      return `${head}<testsuite name="outer"><properties/>${inner}</testsuite>`;
  }
}

function testcase({ name, status, ms, message }: Written, cdata: boolean): string {
  const said = cdata ? `<![CDATA[${message.replaceAll(']]>', ']]]]><![CDATA[>')}]]>` : escaped(message);
  const inside = { passed: '', failed: `<failure message="short">${said}</failure>`, skipped: '<skipped/>' }[
    status
  ];
  return `<testcase classname="c" name="${escaped(name)}" time="${(ms / 1000).toFixed(3)}">${inside}</testcase>`;
}

function escaped(raw: string): string {
  return raw.replaceAll(/[&<>"'\n]/g, (one) => `&#${one.charCodeAt(0)};`);
}
