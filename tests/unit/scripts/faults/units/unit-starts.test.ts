import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unitStart, withStart, type UnitStart } from '../../../../../scripts/faults/units/unit-starts.ts';

describe('a line about a process that was started', () => {
  test('tells its umask, its privileges and the value of the variable, whatever that holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const hex = Buffer.from(value).toString('hex');
        expect(unitStart(`71 4815 0077 1 =${hex}`)).toEqual({
          ...{ pid: 71, startedTicks: 4815, umask: 0o077, noNewPrivileges: true },
          value: Buffer.from(value).toString(),
        });
      }),
    );
  });

  test('tells a variable that is not set from an environment that is not to be seen', () => {
    expect(unitStart('71 4815 0022 0 -')?.value).toBeNull();
    expect(unitStart('71 4815 0022 0 ?')?.value).toBeUndefined();
  });

  test('is no other line', () => {
    for (const line of [
      '',
      'usage: unitstarts UNIT',
      '71 4815 0022 0',
      '71 4815 0029 0 -',
      '71 4815 0022 0 =xy',
    ])
      expect(unitStart(line)).toBeNull();
  });
});

describe('what is known of processes', () => {
  const one: UnitStart = { pid: 7, startedTicks: 1, umask: 0o22, noNewPrivileges: false, value: 'a' };

  test('is the last that was said of each', () => {
    expect(withStart([one], { ...one, umask: 0 })).toEqual([{ ...one, umask: 0 }]);
  });

  test('keeps what was seen of an environment before the program wrote over it', () => {
    expect(withStart([one], { ...one, value: undefined })).toEqual([one]);
    expect(withStart([{ ...one, value: undefined }], one)).toEqual([one]);
  });

  test('has another process for the same pid at another time', () => {
    const other = { ...one, startedTicks: 2, value: null };
    expect(withStart([one], other)).toEqual([one, other]);
  });
});
