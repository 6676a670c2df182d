import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RunFolder } from '../../../../scripts/evidence/run-folder.ts';
import { escape } from '../../../../scripts/report/html.ts';
import { renderReport } from '../../../../scripts/report/report.ts';
import { summary } from '../../../../scripts/report/summary.ts';
import { stripVTControlCharacters } from 'node:util';
import { verdictForTest } from '../../../support/verdict.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

describe('what is put into a page', () => {
  test('cannot begin a tag or end an attribute, and is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', '&', 'a', ';', 'l', 't', '&lt;') }),
        (text) => {
          const safe = escape(text);
          expect(safe).not.toMatch(/[<>"]/);
          expect(unescaped(safe)).toBe(text);
        },
      ),
    );
  });

  test('is harmless wherever it comes from: names, messages, reasons and addresses of a run', () => {
    const planted = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
    const folder = {
      'verdict.json': JSON.stringify(verdictForTest(planted)),
      'events.jsonl': [
        { type: 'suite.start', suite: planted },
        { type: 'fault.inject', fault: planted, targets: [planted], tookMs: 1 },
        { type: 'note', text: planted },
      ]
        .map((event) => JSON.stringify({ at: '2026-11-25T00:00:00.000Z', ms: 1, ...event }))
        .join('\n'),
    };
    using written = writtenSpec(folder);
    const page = renderReport(new RunFolder(written.path('.')));
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img src=x');
  });
});

describe('the summary of a run', () => {
  const lines = (change: Partial<ReturnType<typeof verdictForTest>>): string =>
    stripVTControlCharacters(summary({ ...verdictForTest('x'), ...change }));

  test('ends with what is left behind, by name or in the word that scripts look for', () => {
    expect(lines({ residue: [] })).toMatch(/\nresidue: none$/);
    expect(lines({ residue: ['container us-1', 'network us-1'] })).toMatch(
      /\nresidue: container us-1, network us-1$/,
    );
  });

  test('has the verdict, why, and where the report is', () => {
    const said = lines({
      verdict: 'invalid',
      why: ['because'],
      report: '/runs/1/report.html',
      interrupted: true,
    });
    expect(said).toMatch(/\nverdict {3}invalid \(interrupted\)\n {10}because\n/);
    expect(said).toContain('\nreport    /runs/1/report.html\n');
  });

  test('counts what holds, and shortens a long list of reasons by saying so', () => {
    const [receipt] = verdictForTest('x').receipts;
    if (receipt === undefined) throw new Error('no receipt');
    const said = lines({
      receipts: [
        { ...receipt, ok: true, bystandersOk: true, healedOk: true },
        { ...receipt, ok: true, bystandersOk: true, healedOk: false },
      ],
      why: Array.from({ length: 11 }, (_, index) => `reason ${index}`),
    });
    expect(said).toContain('\nreceipts  1 of 2 hold\n');
    expect(said).toContain('          reason 7\n          and 3 more\n');
    expect(said).not.toContain('reason 8');
  });
});

function unescaped(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
