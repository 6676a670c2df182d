import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../../infra/errors.ts';
import { namedOptions, parsePiece, resumable } from '../../support/named-options.ts';
import { chooseUnits, parts, rotated, roundsOf, shapeOf } from '../../bench/units.ts';

const whole = { index: 1, of: 1 };

describe('choosing what to measure', () => {
  test('nothing named is everything, at least five rounds of whatever has a median', () => {
    const units = chooseUnits({ only: [], piece: whole });
    expect(new Set(units.map(({ part }) => part))).toEqual(new Set(parts));
    expect(units.filter(({ part }) => part === 'rehearsal').map(({ round }) => round)).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  test('a group is its parts, and a part named twice is measured once', () => {
    const units = chooseUnits({ only: ['accuracy', 'disk'], piece: whole });
    const named = [...new Set(units.map(({ part }) => part))];
    expect(named).toEqual(['links', 'loss', 'disk', 'doctor']);
    expect(units).toHaveLength(named.reduce((sum, part) => sum + roundsOf(part), 0));
  });

  test('a word that names nothing is refused with what there is', () => {
    expect(() => chooseUnits({ only: ['ups'], piece: whole })).toThrow(UsageError);
    expect(() => chooseUnits({ only: ['ups'], piece: whole })).toThrow('--only "ups"');
  });

  test.each([1, 2, 3, 7, 100])('%i pieces together are the whole, in order and without overlap', (of) => {
    const pieces = Array.from({ length: of }, (_, index) =>
      chooseUnits({ only: [], piece: { index: index + 1, of } }),
    );
    expect(pieces.flat()).toEqual(chooseUnits({ only: [], piece: whole }));
  });

  test('pieces are named i/n', () => {
    expect(parsePiece('2/5')).toEqual({ index: 2, of: 5 });
  });

  test.each(['0/5', '6/5', '2', 'a/b', '2/5/1', ''])('"%s" is no piece', (text) => {
    expect(() => parsePiece(text)).toThrow(UsageError);
  });
});

test('each contender begins in one round, and the order stays the same circle', () => {
  const contenders = ['a', 'b', 'c'];
  expect([1, 2, 3, 4].map((round) => rotated(contenders, round).join(''))).toEqual([
    'abc',
    'bca',
    'cab',
    'abc',
  ]);
  expect(rotated([], 3)).toEqual([]);
});

test('the name of a part says which cluster it brings up', () => {
  expect(shapeOf('entrypoint-50')).toEqual({ init: 'image', nodes: 50 });
  expect(shapeOf('systemd-16')).toEqual({ init: 'systemd', nodes: 16 });
  expect(shapeOf('loss')).toBeNull();
});

describe('options of a named command', () => {
  test('are those of its kind, with their defaults', () => {
    expect(namedOptions(resumable, ['--part', '2/3', '--again'])).toEqual({
      part: '2/3',
      again: true,
      table: false,
    });
  });

  test.each([[['--only', 'up']], [['--part']], [['up']]])(
    '%j, which it does not know, is the caller’s mistake',
    (args) => {
      expect(() => namedOptions(resumable, args)).toThrow(
        expect.objectContaining({ exit: 64, hint: 'it takes --part …, --again, --table' }),
      );
    },
  );
});
