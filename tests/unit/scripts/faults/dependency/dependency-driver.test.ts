import { describe, expect, test } from '@jest/globals';
import { askedOf } from '../../../../../scripts/faults/dependency/dependency-driver.ts';
import { failing, otherBody, slow } from '../../../../support/faults.ts';

describe('what a dependency is asked to do', () => {
  test('is what its server needs to know, and nothing of when and where', () => {
    const fault = { ...slow(3000), from: [0, 1000] as [number, number], untilMs: 9000 };
    expect(JSON.parse(askedOf(fault, 'GET /rates', 'p/s'))).toEqual({
      kind: 'slow',
      route: 'GET /rates',
      seed: 'p/s',
      delayMs: 3000,
    });
    expect(JSON.parse(askedOf(failing(0.2, 500), 'GET /rates', 'p/s'))).toMatchObject({
      kind: 'error',
      status: 500,
      ratio: 0.2,
    });
  });

  test.each(['two words', ' \t\n\u00a0\u2028 ', '', 'ä λ "quoted" \\u0020 \\'])(
    'is one word, whatever the body %j holds, and that arrives as it is',
    (body) => {
      const word = askedOf(otherBody(body), 'GET /a', 'some seed');
      expect(word).not.toMatch(/\s/);
      expect(JSON.parse(word)).toMatchObject({ body, route: 'GET /a', seed: 'some seed' });
    },
  );
});
