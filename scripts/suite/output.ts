import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RunFolder } from '../evidence/run-folder.ts';

/** Writes what a suite's command says as it says it, redacted. A stream that is cut off is no failure of the suite. */
export async function keepOutput(
  folder: RunFolder,
  suite: string,
  name: string,
  stream: Readable,
): Promise<void> {
  const file = createWriteStream(folder.file('suites', suite, name), { mode: 0o600 });
  await pipeline(stream, folder.redactor.stream(), file).catch((error: unknown) => {
    if (!stream.destroyed) throw error;
  });
}
