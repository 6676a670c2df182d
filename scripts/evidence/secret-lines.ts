import { z } from 'zod';
import type { Secret } from '../../infra/plan/secrets.ts';
import { Redactor } from './redactor.ts';

const Line = z.strictObject({
  key: z.base64(),
  secrets: z.array(z.strictObject({ name: z.string(), value: z.string() })),
});

/** Secrets and the key of their hashes, for a process of ours at the other end of a pipe. */
export function secretLines(key: Uint8Array, secrets: readonly Secret[]): string {
  return `${JSON.stringify({ key: Buffer.from(key).toString('base64'), secrets })}\n`;
}

/** The redactor that such lines make; one that was cut off is left out. Equal secrets get equal hashes at both ends. */
export function redactorOf(said: string): Redactor {
  const lines = said.split('\n').flatMap((line) => {
    const parsed = Line.safeParse(json(line));
    return parsed.success ? [parsed.data] : [];
  });
  const [first] = lines;
  if (first === undefined) return new Redactor();
  return new Redactor(
    lines.flatMap(({ secrets }) => secrets),
    Buffer.from(first.key, 'base64'),
  );
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
