import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../scripts/verdict/verdict.ts';
import { everyKindProfile, kindsToTry } from '../support/every-kind.ts';
import { expectNotHealed, expectNotInjected, sabotaged } from '../support/sabotaged.ts';
import { writtenSpec } from '../support/written-spec.ts';

const kinds = kindsToTry();
const spec = writtenSpec({ 'every-kind.yaml': everyKindProfile((kind) => kinds.includes(kind)) });
const profile = spec.path('every-kind.yaml');
afterAll(() => {
  spec[Symbol.dispose]();
});

describe('a fault of every kind that is not injected', () => {
  let verdict: Verdict;
  beforeAll(async () => {
    verdict = await sabotaged('inject', profile);
  });

  test('makes the run invalid', () => {
    expect(verdict.verdict).toBe('invalid');
  });

  test.each(kinds)('%s has a receipt that does not hold, and is named', (kind) => {
    expectNotInjected(verdict, kind);
  });
});

describe('a fault of every kind that is not undone', () => {
  let verdict: Verdict;
  beforeAll(async () => {
    verdict = await sabotaged('heal', profile);
  });

  test('makes the run invalid, and leaves no object behind', () => {
    expect(verdict).toMatchObject({ verdict: 'invalid', residue: [] });
  });

  test.each(kinds)('%s was real, has not healed, and what it left is named on its node', (kind) => {
    expectNotHealed(verdict, kind);
  });
});
