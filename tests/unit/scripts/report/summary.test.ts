import { describe, expect, test } from '@jest/globals';
import { summary } from '../../../../scripts/report/summary.ts';
import { screenOf } from '../../../../scripts/screen.ts';
import { madeUpRun, suite } from '../../../support/recorded-run.ts';

const { verdict } = madeUpRun();
if (verdict === null) throw new Error('the made-up run has a verdict');
const { colours } = screenOf({ isTTY: false });
const said = (changes: Partial<typeof verdict>, columns = Infinity): string =>
  summary({ ...verdict, ...changes }, [], { colours, columns });

describe('the end of a run', () => {
  test('is verdict with its reasons, where the report is, and what is left, in this order', () => {
    expect(said({}).split('\n').slice(-4)).toEqual([
      'verdict   fail',
      '          suite checks failed: "each input has one output"',
      'report    /somewhere/.runs/20261125-000000-a1b2c3/report.html',
      'residue: none',
    ]);
  });

  test('says what was run, how each suite ended, and that receipts and control hold', () => {
    const text = said({});
    expect(text).toContain('two-nodes, seed 7, slow, application=naive');
    expect(text).toContain('checks failed, 1 of 2 tests passed');
    expect(text).toContain('3 of 3 hold');
    expect(text).toContain('pass (cached), run 20261124-235900-0c0c0c');
  });

  test('does not count tests of a suite that reports none', () => {
    expect(said({ suites: [suite({ status: 'passed', tests: [] })] })).toMatch(/checks passed$/m);
  });

  test('names what is left, and that somebody interrupted it', () => {
    const text = said({ residue: ['volume a', 'network b'], interrupted: true });
    expect(text).toContain('verdict   fail (interrupted)');
    expect(text).toMatch(/\nresidue: volume a, network b$/);
  });

  test('names processes that crashed, and changes no verdict by it', () => {
    const core = { name: 'crasher.service', pid: 7, signal: 'SIGSEGV', bytes: 9, absent: '' };
    const cores = [
      { ...core, node: 'left-1', file: 'cores/left-1/crasher.service.7.core' },
      { ...core, node: 'right-1', file: 'cores/right-1/crasher.service.7.core' },
      { ...core, node: 'right-1', name: 'queue', file: null, absent: 'no core: too late' },
    ];
    const text = summary({ ...verdict, verdict: 'pass', why: [] }, cores, { colours, columns: Infinity });
    expect(text).toMatch(
      /\nverdict {3}pass\ncrashed {3}2 cores kept: crasher\.service on left-1, right-1; 1 process crashed without a core: queue on right-1\nreport /,
    );
  });

  test('wraps long reasons on a terminal, below each other, and never the path of the report', () => {
    const why = [`a reason that ${'goes on and '.repeat(12)}ends`];
    const report = `/a/${'very-'.repeat(20)}long/report.html`;
    const lines = said({ why, report }, 80).split('\n');
    const wrapped = lines.filter((line) => line.startsWith(' '));
    expect(wrapped.length).toBeGreaterThan(1);
    expect(wrapped.every((line) => line.length <= 80)).toBe(true);
    expect(lines).toContain(`report    ${report}`);
    expect(said({ why }).split('\n')).toContain(`          ${why.join('')}`);
  });

  test('shows the first reasons and counts the rest', () => {
    const text = said({ why: Array.from({ length: 80 }, (_, index) => `reason ${index}.`) });
    expect(text).toContain('reason 7.');
    expect(text).not.toContain('reason 8.');
    expect(text).toContain('and 72 more');
  });
});
