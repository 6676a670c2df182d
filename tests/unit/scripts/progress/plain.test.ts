import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { plainProgress } from '../../../../scripts/progress/plain.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function recorded(): { readonly lines: string[]; readonly progress: ReturnType<typeof plainProgress> } {
  const lines: string[] = [];
  return {
    lines,
    progress: plainProgress(
      (text) => lines.push(text),
      () => Date.now(),
    ),
  };
}

test('a short step is one line, with its last detail and its time', async () => {
  const { lines, progress } = recorded();
  await progress.step('bring up 2 nodes', async (step) => {
    step.update('2 of 2');
    await jest.advanceTimersByTimeAsync(1_500);
  });
  expect(lines).toEqual(['ok   bring up 2 nodes (2 of 2) 1.5 s\n']);
});

test('a step that takes long says that it is at work', async () => {
  const { lines, progress } = recorded();
  await progress.step('run thumbnails', async () => {
    await jest.advanceTimersByTimeAsync(45_000);
  });
  expect(lines).toEqual(['...  run thumbnails\n', 'ok   run thumbnails 45.0 s\n']);
});

test('a step that fails says so, and nothing after it', async () => {
  const { lines, progress } = recorded();
  const failing = progress.step('x', async () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  await jest.advanceTimersByTimeAsync(60_000);
  expect(lines).toEqual(['FAIL x 0.0 s\n']);
});
