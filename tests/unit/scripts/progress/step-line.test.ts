import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runningLine, stepLine } from '../../../../scripts/progress/step-line.ts';

const plain = (text: string): string => text;

test('times stand below each other', () => {
  const lines = [
    { title: 'bring up 5 nodes', detail: '3 of 5', tookMs: 3_820 },
    { title: 'images', detail: '', tookMs: 62_000 },
  ].map((step) => stepLine(step, 120, plain));
  expect(lines.map((line) => line.length)).toEqual([70, 70]);
  expect(lines[0]).toMatch(/^bring up 5 nodes 3 of 5 +3\.8 s$/);
});

test('a title is never cut when a step has ended', () => {
  const title = 'a step that says much of what it does, '.repeat(4);
  expect(stepLine({ title, detail: 'and more', tookMs: 1_000 }, 80, plain)).toContain(`${title} and more`);
});

test('a line that is drawn again and again fits its terminal', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200 }),
      fc.string({ maxLength: 200 }),
      fc.integer({ min: 20, max: 200 }),
      (title, detail, columns) => {
        // The sign and the space behind it come before it.
        expect(runningLine({ title, detail, tookMs: 1_000 }, columns, plain).length + 2).toBeLessThanOrEqual(
          columns,
        );
      },
    ),
  );
});
