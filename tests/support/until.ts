import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until there is an answer; fails after `deadlineMs` with what it waited for. */
export async function until<T>(
  condition: string,
  ask: () => Promise<T | null>,
  deadlineMs = 30_000,
  everyMs = 100,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMs} ms in vain: ${condition}`);
    await delay(everyMs);
  }
}
