import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { SuiteOutcome } from './outcome.ts';

type Test = SuiteOutcome['tests'][number];

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  textNodeName: 'text',
  // A message that reads "42" or "true" is a text like any other.
  parseTagValue: false,
  // pytest writes the line breaks of names and messages as &#10;.
  htmlEntities: true,
  isArray: (name) => ['testsuite', 'testcase', 'failure', 'error', 'skipped'].includes(name),
});

/** An element without attributes and children comes as an empty text. */
const element = (value: unknown): unknown => (value === '' ? {} : value);

const Said = z.union([
  z.string(),
  z.looseObject({ text: z.string().optional(), message: z.string().optional() }),
]);
const Case = z.looseObject({
  name: z.string().default('?'),
  classname: z.string().default(''),
  time: z.string().default('0').transform(seconds),
  failure: z.array(Said).default([]),
  error: z.array(Said).default([]),
  skipped: z.array(z.unknown()).default([]),
});
interface SuiteElement {
  readonly testcase: z.infer<typeof Case>[];
  readonly testsuite: SuiteElement[];
}
const Suite: z.ZodType<SuiteElement> = z.preprocess(
  element,
  z.looseObject({
    testcase: z.array(z.preprocess(element, Case)).default([]),
    get testsuite() {
      return z.array(Suite).default([]);
    },
  }),
);
const lastElement = 'end-of-file';
const Document = z.looseObject({ testsuites: Suite.optional(), testsuite: z.array(Suite).default([]) });

/** Tests of a JUnit file, as jest-junit, pytest and others write it. Throws where it is not one. */
export function parseJUnit(xml: string): readonly Test[] {
  // The parser takes what it gets, of a file that was cut off the tests before the cut: there, the last element of all is
  // one of an element that never ended.
  const document = Document.parse(parser.parse(`${xml}<${lastElement}/>`));
  if (document[lastElement] === undefined) throw new Error('it ends in the middle');
  if (document.testsuites === undefined && document.testsuite.length === 0)
    throw new Error('no <testsuite> in it');
  return [...(document.testsuites === undefined ? [] : [document.testsuites]), ...document.testsuite].flatMap(
    testsOf,
  );
}

function testsOf({ testcase, testsuite }: SuiteElement): readonly Test[] {
  return [...testcase.map(toTest), ...testsuite.flatMap(testsOf)];
}

function toTest({ name, time, failure, error, skipped }: z.infer<typeof Case>): Test {
  const wrong = [...failure, ...error].map((said) =>
    typeof said === 'string' ? said : (said.text ?? said.message ?? ''),
  );
  const status = wrong.length > 0 ? 'failed' : skipped.length > 0 ? 'skipped' : 'passed';
  return { name, status, durationMs: Math.round(time * 1000), message: wrong.join('\n').slice(0, 8000) };
}

/** Some write thousands with a comma, some nothing that is a number: how long a test took decides nothing. */
function seconds(time: string): number {
  const number = Number(time.replaceAll(',', ''));
  return Number.isFinite(number) ? number : 0;
}
