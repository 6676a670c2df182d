import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { settingText } from '../../../../../scripts/faults/environment/unit-setting.ts';
import { noNewPrivileges, umask, variable } from '../../../../support/faults.ts';

const text = (value: string): string | null =>
  settingText('p/v', variable(value), 'worker.service').variables;

test('a value is one quoted line in which only what systemd would read as something else is escaped', () => {
  expect(text('redis://elsewhere:6379/0')).toBe('KIND="redis://elsewhere:6379/0"\n');
  expect(text('a "b" $c `d` \\e')).toBe('KIND="a \\"b\\" \\$c \\`d\\` \\\\e"\n');
  expect(text('')).toBe('KIND=""\n');
});

test('read back as systemd.exec(5) has it, it is the value again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const inside = text(value)?.slice('KIND="'.length, -'"\n'.length) ?? '';
      expect(inside.replaceAll(/\\(["\\$`])/g, '$1')).toBe(value);
    }),
  );
});

test('its file of variables lies beside the drop-in, and what begins a specifier in its name does not', () => {
  expect(settingText('p/v', variable('x'), 'a%b.service').dropIn).toBe(
    '[Service]\nEnvironmentFile=/run/systemd/system/a%%b.service.d/zz-understudy-p-v.env\n',
  );
});

test('what needs no file of variables has none', () => {
  const unset = { ...variable('x'), value: undefined, unset: true } as const;
  expect([unset, umask, noNewPrivileges].map((one) => settingText('p/v', one, 'worker.service'))).toEqual([
    { dropIn: '[Service]\nUnsetEnvironment=KIND\n', variables: null },
    { dropIn: '[Service]\nUMask=0077\n', variables: null },
    { dropIn: '[Service]\nNoNewPrivileges=yes\n', variables: null },
  ]);
});
