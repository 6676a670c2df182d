import { expect, test } from '@jest/globals';
import { parseJUnit } from '../../../../scripts/suite/junit.ts';

test('a file of pytest', () => {
  const xml = `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.042" timestamp="2026-11-25T00:00:00" hostname="client-1"><testcase classname="test_smoke" name="test_ok" time="0.001" /><testcase classname="test_smoke" name="test_parts[a&#10;b]" time="0.002"><failure message="AssertionError: assert 1 == 2">def test_parts():
&gt;       assert 1 == 2
E       assert 1 == 2</failure></testcase><testcase classname="test_smoke" name="test_later" time="0.000"><skipped type="pytest.skip" message="later">test_smoke.py:9: later</skipped></testcase><testcase classname="" name="test_broken" time="0.000"><error message="collection failure">ImportError: nothing</error></testcase></testsuite></testsuites>`;
  expect(parseJUnit(xml).map(({ name, status }) => [name, status])).toEqual([
    ['test_ok', 'passed'],
    ['test_parts[a\nb]', 'failed'],
    ['test_later', 'skipped'],
    ['test_broken', 'failed'],
  ]);
  expect(parseJUnit(xml)[1]?.message).toContain('>       assert 1 == 2\nE ');
});

test.each([
  ['a failure whose text looks like a number', '<failure>007</failure>', '007'],
  [
    'a failure that says it in an attribute alone',
    '<failure message="expected 1&#10;got 2"/>',
    'expected 1\ngot 2',
  ],
  ['a failure that says nothing', '<failure/>', ''],
  ['several failures', '<failure>x</failure><error>y</error>', 'x\ny'],
])('%s', (_what, inside, message) => {
  const [only] = parseJUnit(`<testsuite><testcase name="t">${inside}</testcase></testsuite>`);
  expect(only).toMatchObject({ status: 'failed', message });
});

test.each([
  ['0.25', 250],
  ['1,234.5', 1_234_500],
  ['', 0],
  ['soon', 0],
])('a time of "%s" is %d ms: how long a test took decides nothing', (time, ms) => {
  expect(parseJUnit(`<testsuite><testcase name="t" time="${time}"/></testsuite>`)[0]?.durationMs).toBe(ms);
});

test.each(['<testsuites/>', '<testsuites></testsuites>', '<testsuites><testsuite/></testsuites>'])(
  '%s is a document without a test',
  (xml) => {
    expect(parseJUnit(xml)).toEqual([]);
  },
);

test.each(['', 'nonsense', '<html><body/></html>', '{"tests": []}'])('%j is no JUnit document', (xml) => {
  expect(() => parseJUnit(xml)).toThrow('no <testsuite>');
});
