import { describe, expect, test } from '@jest/globals';
import { receiptPlot, targetsPlot } from '../../../../scripts/report/receipt-plot.ts';
import { receipt } from '../../../support/recorded-run.ts';

const whisker = /class="whisker" d="M[^"]+"/;

describe('the plot of one receipt', () => {
  test('says in words what it draws', () => {
    expect(receiptPlot(receipt()).text).toContain(
      'aria-label="before 0.10 ms, during 80.4 ms, after 0.10 ms; asked 80 ms ± 4 ms"',
    );
  });

  test('draws the interval that a value lies in, but not that of a spread among single probes', () => {
    const interval: [number, number] = [0.015, 0.03];
    expect(receiptPlot(receipt({ kind: 'network.loss', unit: 'ratio', interval })).text).toMatch(whisker);
    expect(receiptPlot(receipt({ kind: 'network.jitter', interval: [19, 21] })).text).not.toMatch(whisker);
  });

  test('leaves out what was not measured', () => {
    const samples = { before: [-1], during: [-1, -1], after: [] };
    expect(receiptPlot(receipt({ samples })).text).not.toMatch(/class="dot [^"]*" d="M/);
  });
});

test('a target that is off stands out from the others', () => {
  const all = [receipt(), receipt({ ok: false, measured: { before: 0, during: 120, after: 0 } })];
  expect(targetsPlot(all).text).toMatch(/class="dot off" d="M[^M"]+"/);
  expect(targetsPlot(all).text).toContain('80 ms ± 4 ms');
});
