import XMLBuilder from 'fast-xml-builder';
import { XMLParser } from 'fast-xml-parser';
import type { InvariantOutcome } from '../invariants/outcome.ts';
import { isViolated, lateSentences, violationSentences } from './invariant-sentences.ts';
import type { Outcome } from './verdict.ts';
import type { SuiteOutcome } from '../suite/outcome.ts';

/** An element as fast-xml-parser keeps it in order: its name, children, and attributes under ":@". */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

export interface Judged {
  readonly verdict: Outcome;
  readonly why: readonly string[];
  readonly residue: readonly string[];
  readonly invariants: readonly InvariantOutcome[];
}

/**
 * Pure: one JUnit file for GitLab, Jenkins and their like: a <testsuite> for each suite with its own test cases as their
 * runner wrote them, and one called "understudy", which says which invariant did not hold, why the result cannot be trusted,
 * what is left, and which node is down.
 */
export function mergedJUnit(
  suites: readonly { readonly outcome: SuiteOutcome; readonly junit: string | null }[],
  judged: Judged,
): string {
  const bySuite = suites.some(({ outcome }) => outcome.status === 'failed' || outcome.status === 'timeout');
  const all = [...suites.map(({ outcome, junit }) => ofSuite(outcome, junit)), ofUnderstudy(judged, bySuite)];
  const total = { name: 'understudy run', ...sum(all.map(({ attributes }) => attributes)) };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render({ name: 'testsuites', attributes: total, children: all })}`;
}

function ofSuite(outcome: SuiteOutcome, junit: string | null): Element {
  const own =
    junit === null ? outcome.tests.map((test) => ofTest(outcome.suite, test)) : testCases(parse(junit));
  const seconds = (outcome.endedAtMs - outcome.startedAtMs) / 1000;
  const isTold = own.some(({ children }) =>
    children.some((child) => is(child, 'failure') || is(child, 'error')),
  );
  const itself =
    own.length > 0 && (outcome.status === 'passed' || (outcome.status === 'failed' && isTold))
      ? []
      : [testCase(outcome.suite, outcome.suite, seconds, wrong(outcome))];
  return testSuite(outcome.suite, seconds, [...own, ...itself]);
}

/** Where the runner's own file is not there: that of a control that ran earlier. */
function ofTest(
  suite: string,
  { name, status, durationMs, message }: SuiteOutcome['tests'][number],
): Element {
  const children: Record<typeof status, readonly Element[]> = {
    passed: [],
    failed: [problem('failure', message)],
    skipped: [{ name: 'skipped', attributes: {}, children: [] }],
  };
  return testCase(name, suite, durationMs / 1000, children[status]);
}

function wrong({ status, why }: SuiteOutcome): readonly Element[] {
  switch (status) {
    case 'passed':
      return [];
    case 'failed':
      return [problem('failure', why)];
    case 'error':
    case 'timeout':
      return [problem('error', why)];
  }
}

/** What fails without a suite or an invariant is a node that is down: a red run needs a red test. */
function ofUnderstudy({ verdict, why, residue, invariants }: Judged, bySuite: boolean): Element {
  const byInvariant = invariants.some(isViolated);
  return testSuite('understudy', 0, [
    ...invariants.map((one) =>
      testCase(
        `invariant ${one.invariant} holds`,
        'understudy',
        0,
        isViolated(one)
          ? [problem('failure', [...violationSentences(one), ...lateSentences(one)].join('\n'))]
          : [],
      ),
    ),
    ...(verdict === 'fail' && !bySuite && !byInvariant
      ? [
          testCase('every node becomes ready and stays up', 'understudy', 0, [
            problem('failure', why.join('\n')),
          ]),
        ]
      : []),
    testCase(
      'the result can be trusted',
      'understudy',
      0,
      verdict === 'invalid' ? [problem('error', why.join('\n'))] : [],
    ),
    testCase(
      'nothing is left behind',
      'understudy',
      0,
      residue.length > 0 ? [problem('error', residue.join('\n'))] : [],
    ),
  ]);
}

function testSuite(name: string, seconds: number, cases: readonly Element[]): Element {
  const having = (child: string): string =>
    String(cases.filter(({ children }) => children.some((one) => is(one, child))).length);
  const attributes = {
    name,
    tests: String(cases.length),
    failures: having('failure'),
    errors: having('error'),
    skipped: having('skipped'),
    time: seconds.toFixed(3),
  };
  return { name: 'testsuite', attributes, children: cases };
}

function testCase(name: string, classname: string, seconds: number, children: readonly Element[]): Element {
  return { name: 'testcase', attributes: { name, classname, time: seconds.toFixed(3) }, children };
}

function problem(name: 'failure' | 'error', text: string): Element {
  return { name, attributes: { message: text.split('\n')[0] ?? '' }, children: [text] };
}

function sum(all: readonly Element['attributes'][]): Element['attributes'] {
  const of = (name: string): number => all.reduce((total, one) => total + Number(one[name] ?? 0), 0);
  return {
    tests: String(of('tests')),
    failures: String(of('failures')),
    errors: String(of('errors')),
    skipped: String(of('skipped')),
    time: of('time').toFixed(3),
  };
}

/** At any depth: runners nest suites as they like, readers of CI do not. */
function testCases(elements: Element['children']): readonly Element[] {
  return elements.flatMap((one) => {
    if (typeof one === 'string') return [];
    return one.name === 'testcase' ? [one] : testCases(one.children);
  });
}

function is(child: Element | string, name: string): boolean {
  return typeof child !== 'string' && child.name === name;
}

const shape = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  textNodeName: '#text',
  trimValues: false,
  parseTagValue: false,
} as const;

function parse(xml: string): Element['children'] {
  const tree: unknown = new XMLParser(shape).parse(xml);
  return elementsOf(tree);
}

function elementsOf(tree: unknown): Element['children'] {
  if (!Array.isArray(tree)) return [];
  const nodes: readonly unknown[] = tree;
  return nodes.flatMap((node): Element['children'] => {
    if (typeof node !== 'object' || node === null) return [];
    const { ':@': attributes, ...rest } = { ':@': {}, ...node };
    return Object.entries(rest).map(([name, value]: [string, unknown]) =>
      name === '#text'
        ? String(value)
        : { name, attributes: textMap(attributes), children: elementsOf(value) },
    );
  });
}

function textMap(map: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]: [string, unknown]) => [name, String(value)]),
  );
}

function render(element: Element): string {
  const builder = new XMLBuilder({ ...shape, format: true, suppressEmptyNode: true });
  return legal(builder.build([treeOf(element)])).trimStart();
}

function treeOf(one: Element | string): Record<string, unknown> {
  if (typeof one === 'string') return { '#text': one };
  return { [one.name]: one.children.map(treeOf), ':@': one.attributes };
}

/** Without the control characters that XML 1.0 has no place for, not even escaped. */
function legal(xml: string): string {
  return xml.replaceAll(/[^\P{Cc}\t\n\r]/gu, '\ufffd');
}
