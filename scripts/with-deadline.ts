import { setTimeout as delay } from 'node:timers/promises';

/** Waits for `work`, but no longer than `deadlineMs`: it is then nobody's to wait for. */
export async function withDeadline<T>(what: string, deadlineMs: number, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = delay(deadlineMs, undefined, { signal: done.signal }).then(() => {
    throw new Error(`${what} did not end within ${deadlineMs} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}
