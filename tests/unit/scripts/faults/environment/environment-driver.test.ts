import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { settingProgram } from '../../../../../scripts/faults/environment/environment-driver.ts';
import { formsOf } from '../../../../../scripts/evidence/secret-forms.ts';
import { umask, variable } from '../../../../support/faults.ts';

const decoded = (words: readonly string[] = []): readonly string[] =>
  words.map((word) => Buffer.from(word, 'base64').toString());

test('the value of a variable is no argument, in no form that it may take, and is handed over beside them', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), (rest) => {
      const value = `canary ${rest}`;
      const { argv, input } = settingProgram('p/v', variable(value), 'worker.service');
      expect(argv).toEqual(['unitsetting', 'worker.service', 'p-v']);
      const all = Buffer.from(argv.join(' ')).toString('latin1');
      expect(formsOf(value).filter((form) => all.includes(form))).toEqual([]);
      const [, variables = ''] = decoded(input);
      expect(variables.replaceAll(/\\(["\\$`])/g, '$1')).toBe(`KIND="${value}"\n`);
    }),
  );
});

test('what has no value has but a drop-in to hand over', () => {
  const { argv, input } = settingProgram('p/u', umask, 'worker.service');
  expect(argv).toEqual(['unitsetting', 'worker.service', 'p-u']);
  expect(decoded(input)).toEqual(['[Service]\nUMask=0077\n']);
});
