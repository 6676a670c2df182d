import { expect, test } from '@jest/globals';
import { yesOrNo } from '../../../../scripts/report/yes-or-no.ts';

test('a receipt that is yes or no says of what; one whose kind has no words of its own says yes', () => {
  expect(yesOrNo('node.kill')).toEqual({ asked: 'it is down', seen: 'it was down', not: 'it was not down' });
  expect(yesOrNo('environment.umask').asked).toBe('yes');
  expect(yesOrNo('of a later version').not).toBe('no');
});
