import { describe, expect, test } from '@jest/globals';
import { InterruptedError } from '../../../../infra/errors.ts';
import { CleanupError, CleanupStack, withCleanup } from '../../../../scripts/teardown/cleanup-stack.ts';

describe('cleaning up', () => {
  test('undoes in the opposite order of doing', async () => {
    const order: string[] = [];
    await withCleanup((cleanup) => {
      cleanup.add('first', () => void order.push('first'));
      cleanup.add('second', async () => {
        await Promise.resolve();
        order.push('second');
      });
      return Promise.resolve();
    });
    expect(order).toEqual(['second', 'first']);
  });

  test('goes on after an undo that fails, and names it', async () => {
    const cleanup = new CleanupStack();
    let done = false;
    cleanup.add('network', () => void (done = true));
    cleanup.add('volume', () => {
      throw new Error('busy');
    });
    const failures = await cleanup.unwind();
    expect(done).toBe(true);
    expect(failures.map(({ name }) => name)).toEqual(['volume']);
  });

  test('keeps the error of the work first when an undo fails too', async () => {
    const original = new InterruptedError('interrupted', 'interrupted by SIGINT');
    const failed = withCleanup((cleanup) => {
      cleanup.add('network', () => {
        throw new Error('has active endpoints');
      });
      return Promise.reject(original);
    });
    const error: unknown = await failed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CleanupError);
    if (!(error instanceof CleanupError)) return;
    expect(error.original).toBe(original);
    expect(error.errors[0]).toBe(original);
    expect(error.message).toBe('interrupted by SIGINT (and could not undo network: has active endpoints)');
  });

  test('throws the work’s own error untouched when every undo worked', async () => {
    const original = new Error('no room');
    await expect(withCleanup(() => Promise.reject(original))).rejects.toBe(original);
  });

  test('leaves alone what was taken off the stack', async () => {
    let undone = false;
    const cleanup = new CleanupStack();
    const forget = cleanup.add('cluster', () => void (undone = true));
    forget();
    await cleanup.unwind();
    expect(undone).toBe(false);
  });

  test('runs each undo once', async () => {
    let count = 0;
    const cleanup = new CleanupStack();
    cleanup.add('once', () => void (count += 1));
    await cleanup.unwind();
    await cleanup[Symbol.asyncDispose]();
    expect(count).toBe(1);
  });
});
