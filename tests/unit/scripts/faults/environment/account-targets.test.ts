import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import {
  accountReading,
  type AccountReading,
} from '../../../../../scripts/faults/environment/account-readings.ts';
import { accountMeaning } from '../../../../../scripts/faults/environment/account-targets.ts';
import { expired, group, mode, otherUid, sudo } from '../../../../support/faults.ts';

const { judge, isAsBefore, unread } = accountMeaning;
const isHealed = isHealedBy(accountMeaning);

const free = {
  'environment.mode': { could: { list: true, create: false, enter: true }, said: '755' },
  'environment.group': { could: { 'log-in': true, 'be-listed': true, 'read-as-member': true }, said: '' },
  'environment.sudo': { could: { sudo: true }, said: '' },
  'environment.expired': { could: { 'log-in': true }, said: '' },
  'environment.uid': { could: { 'log-in': true, 'own-its-home': true }, said: '1001' },
} satisfies Record<string, AccountReading>;
const hurt = {
  'environment.mode': { could: { list: false, create: false, enter: false }, said: '700' },
  'environment.group': { could: { 'log-in': true, 'be-listed': false, 'read-as-member': false }, said: '' },
  'environment.sudo': { could: { sudo: false }, said: '' },
  'environment.expired': { could: { 'log-in': false }, said: 'Your account has expired' },
  'environment.uid': { could: { 'log-in': true, 'own-its-home': false }, said: '4711' },
} satisfies Record<string, AccountReading>;

describe.each([mode, group, sudo, expired, otherUid])('$kind', (fault) => {
  const [before, during] = [free[fault.kind], hurt[fault.kind]];
  const readings = { baseline: before, before, during, after: before };

  test('is there when the account can no longer do what it could, and has healed when it can again', () => {
    expect(judge(fault, readings)).toMatchObject({
      ok: true,
      measured: { before: 0, during: 1, after: 0 },
      why: '',
    });
    expect(isHealed(fault, readings)).toBe(true);
  });

  test('is not there when nothing was done, when it was so before, or when nothing was read', () => {
    for (const one of [
      { ...readings, during: before },
      { ...readings, before: during },
      { ...readings, before: unread },
      { ...readings, during: unread },
    ]) {
      expect(judge(fault, one)).toMatchObject({ ok: false, why: expect.stringMatching(/\w/) });
    }
  });

  test('has not healed when it stays, or when nothing was read', () => {
    expect(isHealed(fault, { ...readings, after: during })).toBe(false);
    expect(isHealed(fault, { ...readings, after: unread })).toBe(false);
    expect(isHealed(fault, { ...readings, before: unread, after: unread })).toBe(false);
  });

  test('is told of a bystander by any difference, and by one that could not be looked at', () => {
    expect(isAsBefore(before, before)).toBe(true);
    expect(isAsBefore(before, during)).toBe(false);
    expect(isAsBefore(unread, unread)).toBe(false);
  });
});

test('a mode that makes no difference to the account is none, and so is another than was asked', () => {
  const before = free['environment.mode'];
  const readings = { baseline: before, before, during: before, after: before };
  expect(judge(mode, { ...readings, during: { ...before, said: '700' } }).ok).toBe(false);
  expect(judge(mode, { ...readings, during: { ...hurt['environment.mode'], said: '750' } }).ok).toBe(false);
});

test('an account that cannot log in at all has not lost a group, and one that is refused for another reason has not expired, and another number is not the one asked for', () => {
  const nowhere = { could: { 'log-in': false, 'be-listed': false, 'read-as-member': false }, said: '' };
  const before = free['environment.group'];
  expect(judge(group, { baseline: before, before, during: nowhere, after: before }).ok).toBe(false);
  const was = free['environment.expired'];
  const other = free['environment.uid'];
  const third = { could: { 'log-in': true, 'own-its-home': false }, said: '4712' };
  expect(judge(otherUid, { baseline: other, before: other, during: third, after: other }).ok).toBe(false);
  const locked = { could: { 'log-in': false }, said: 'su: Module is unknown' };
  expect(judge(expired, { baseline: was, before: was, during: locked, after: was }).ok).toBe(false);
});

test('what was tried is told line by line', () => {
  expect(accountReading('yes list\nno create\n')).toEqual({ could: { list: true, create: false }, said: '' });
  expect(accountReading('no log-in\nsaid Your account has expired; su: failure\n')).toEqual({
    could: { 'log-in': false },
    said: 'Your account has expired; su: failure',
  });
  expect(accountReading('')).toEqual({ could: {}, said: '' });
});
