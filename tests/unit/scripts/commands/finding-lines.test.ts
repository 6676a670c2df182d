import { expect, test } from '@jest/globals';
import { calibrationTable, findingLines } from '../../../../scripts/commands/finding-lines.ts';

const findings = [
  { part: 'Node', ok: true, found: 'v24.21.0', next: '' },
  {
    part: 'link faults',
    ok: true,
    found: 'NFQUEUE (delay, jitter, loss), htb (rate), nftables (partition)',
    next: '',
  },
  {
    part: 'base image',
    ok: false,
    found: `debian:bookworm-slim@sha256:${'0123456789abcdef'.repeat(4)}`,
    next: `understudy setup ${'--with-a-word-that-goes-on '.repeat(4).trim()}`,
  },
];

test('on a terminal of 80 columns what is found is wrapped below itself, and what is to be typed stays whole', () => {
  expect(findingLines(findings, 80).split('\n')).toEqual([
    'ok      Node                   v24.21.0',
    'ok      link faults            NFQUEUE (delay, jitter, loss), htb (rate),',
    '                               nftables (partition)',
    'no      base image             debian:bookworm-slim@sha256:0123456789abcdef01234',
    '                               56789abcdef0123456789abcdef0123456789abcdef',
    `        type: ${findings[2]?.next ?? ''}`,
  ]);
});

test('in a pipe a finding is one line, whatever its length', () => {
  expect(findingLines(findings.slice(0, 2), Infinity).split('\n')).toHaveLength(2);
});

test('nothing is lost on a terminal that is too narrow', () => {
  const [, second] = findings;
  const text = findingLines(second === undefined ? [] : [second], 20);
  expect(text.replaceAll(/\s+/g, ' ')).toBe(`ok link faults ${second?.found ?? ''}`);
});

test('a calibration is a table that fits 80 columns', () => {
  const step = {
    kind: 'network.delay',
    requested: 5,
    measured: 5.123456,
    unit: 'ms',
    n: 400,
    tolerance: 2,
    ok: true,
  } as const;
  const rate = {
    ...step,
    kind: 'network.rate',
    requested: 1e8,
    measured: 99_123_456,
    unit: 'bit/s',
  } as const;
  const table = calibrationTable({
    schema: 1,
    takenAt: '2026-11-25T00:00:00.000Z',
    steps: [step, { ...rate, tolerance: 1e7, ok: false }],
    capacityBitsPerSecond: 1e9,
  });
  expect(table.split('\n')).toEqual([
    '',
    '                            asked    measured        tolerance       n',
    'ok      network.delay           5       5.123 ms             2     400',
    'no      network.rate    100000000    99120000 bit/s   10000000     400',
  ]);
  expect(calibrationTable(null)).toBe('');
});
