import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import type { DnsFault } from '../../../../../infra/spec/fault.ts';
import { answering } from '../../../../../scripts/faults/dns/dns-driver.ts';
import { dnsMeaning, type NameReading } from '../../../../../scripts/faults/dns/dns-meaning.ts';
import { nameAnswers } from '../../../../../scripts/faults/dns/dns-readings.ts';
import { noNames, slowNames, wrongNames } from '../../../../support/faults.ts';

const reading = (
  ms: readonly number[],
  rcode = 0,
  whose = rcode === 0 ? ['store-1'] : [],
  addresses = whose.map((one) => `address of ${one}`),
): NameReading =>
  ms.map((one, at) => ({ name: 'store', over: at === 0 ? 'tcp' : 'udp', ms: one, rcode, addresses, whose }));
const fine = reading([1, 2, 3]);
const readings = (before: NameReading, during: NameReading, after = before) => ({
  ...{ baseline: [], before, during, after },
});
const judged = (fault: DnsFault, during: NameReading, before = fine) =>
  dnsMeaning.judge(fault, readings(before, during));

test('what the probe prints is read line by line, and nothing else', () => {
  expect(nameAnswers('b udp 3.503 0 198.18.7.12,198.18.7.13\nb tcp 2.100 3 -\nnonsense\n')).toEqual([
    { name: 'b', over: 'udp', ms: 3.503, rcode: 0, addresses: ['198.18.7.12', '198.18.7.13'] },
    { name: 'b', over: 'tcp', ms: 2.1, rcode: 3, addresses: [] },
  ]);
});

describe('the program that answers', () => {
  const nodes = [
    { node: 'shop-1', address: '198.18.7.11' },
    { node: 'store-1', address: '198.18.7.12' },
  ];

  test('is told what to answer, and to which questions', () => {
    expect(answering({ ...slowNames(300), names: ['store'] }, nodes)).toEqual([
      'dnsfault',
      'slow',
      '300',
      'store',
    ]);
    expect(answering(noNames('nxdomain'), nodes)).toEqual(['dnsfault', 'fail', 'nxdomain']);
    expect(answering(wrongNames('store-1'), nodes)).toEqual(['dnsfault', 'wrong', '198.18.7.12']);
    expect(answering(wrongNames('unused'), nodes)).toEqual(['dnsfault', 'wrong', '198.18.7.254']);
  });

  test('is never told an address outside', () => {
    expect(() => answering(wrongNames('8.8.8.8'), nodes)).toThrow('no node has the name 8.8.8.8');
  });
});

describe('slow answers', () => {
  test('are there when the quickest is later by that much, and all are what they were', () => {
    expect(judged(slowNames(300), reading([301.5, 480, 302]))).toMatchObject({
      ...{ ok: true, why: '', requested: 300, unit: 'ms', tolerance: 50, n: 3 },
      measured: { before: 1, during: 301.5, after: 1 },
    });
  });

  test.each<[string, NameReading, RegExp]>([
    ['nothing was done', fine, /the quickest answer came 0 ms later/],
    ['one of them was as fast as ever', reading([301, 302, 1]), /came 0 ms later/],
    ['they came later than asked', reading([400, 401, 402]), /came 399 ms later/],
    ['they were others', reading([301, 301, 301], 0, ['shop-1']), /others than before/],
    ['none came', reading([2000, 2000], -1), /not at all/],
    ['it was not read', [], /not read/],
  ])('are not there when %s', (_what, during, why) => {
    const { ok, why: said } = judged(slowNames(300), during);
    expect({ ok, said }).toEqual({ ok: false, said: expect.stringMatching(why) });
  });
});

describe('errors', () => {
  test.each([
    ['servfail', 2],
    ['nxdomain', 3],
    ['none', -1],
  ] as const)('%s are there when every answer is that', (answer, rcode) => {
    expect(judged(noNames(answer), reading([1, 1, 1], rcode))).toMatchObject({
      ...{ ok: true, why: '', measured: { before: 0, during: 1, after: 0 } },
    });
  });

  test.each<[string, NameReading, NameReading, RegExp]>([
    ['nothing was done', fine, fine, /of 3 questions 3 got the address of store-1/],
    ['it is another error', reading([1], 3), fine, /1 were answered NXDOMAIN/],
    [
      'one way of asking was left open',
      [...reading([1], 2), ...reading([1], 0)],
      fine,
      /1 were answered SERVFAIL, 1 got/,
    ],
    ['there were errors before', reading([1], 2), reading([1], 2), /not as it should be before/],
    ['nobody answered before', reading([1], 2), reading([2000], -1), /not as it should be before/],
  ])('are not there when %s', (_what, during, before, why) => {
    const { ok, why: said } = judged(noNames('servfail'), during, before);
    expect({ ok, said }).toEqual({ ok: false, said: expect.stringMatching(why) });
  });
});

describe('wrong addresses', () => {
  test('are there when every answer is the one that was asked for', () => {
    expect(judged(wrongNames('unused'), reading([1, 1], 0, ['unused']))).toMatchObject({ ok: true, why: '' });
    expect(judged(wrongNames('shop-1'), reading([1, 1], 0, ['shop-1']))).toMatchObject({ ok: true });
  });

  test.each<[string, NameReading, RegExp]>([
    ['nothing was done', fine, /3 got the address of store-1/],
    ['it is outside', reading([1], 0, ['elsewhere']), /1 got the address of elsewhere/],
    ['the right one stands beside it', reading([1], 0, ['unused', 'store-1']), /unused and store-1/],
    ['there is no address in it', reading([1], 0, []), /1 were answered/],
  ])('are not there when %s', (_what, during, why) => {
    const { ok, why: said } = judged(wrongNames('unused'), during);
    expect({ ok, said }).toEqual({ ok: false, said: expect.stringMatching(why) });
  });
});

describe('its heal', () => {
  const healed = (fault: DnsFault, after: NameReading): boolean =>
    isHealedBy(dnsMeaning)(fault, readings(fine, reading([301]), after));

  test('is that the same answers come as fast', () => {
    expect(healed(slowNames(300), reading([9, 20, 70]))).toBe(true);
    expect(healed(noNames('none'), reading([30, 30, 30]))).toBe(true);
  });

  test.each<[string, DnsFault, NameReading]>([
    ['a delay is left', slowNames(300), reading([160, 160, 160])],
    ['all are late', noNames('none'), reading([60, 60, 60])],
    ['the errors are still there', noNames('servfail'), reading([1, 1, 1], 2)],
    ['one of them is', noNames('servfail'), [...fine, ...reading([1], 2)]],
    ['an address is still wrong', wrongNames('unused'), reading([1, 1, 1], 0, ['unused'])],
    ['it was not read', wrongNames('unused'), []],
  ])('is not proven when %s', (_what, fault, after) => {
    expect(healed(fault, after)).toBe(false);
  });
});

test('who is beside it is answered the same, and as fast', () => {
  expect(dnsMeaning.isAsBefore(fine, reading([40, 90, 90]))).toBe(true);
  expect(dnsMeaning.isAsBefore(fine, reading([60, 90, 90]))).toBe(false);
  expect(dnsMeaning.isAsBefore(fine, reading([1, 1, 1], 3))).toBe(false);
  expect(dnsMeaning.isAsBefore([], [])).toBe(false);
});
