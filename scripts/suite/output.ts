import { createWriteStream } from 'node:fs';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import type { RunFolder } from '../evidence/run-folder.ts';
import type { SuiteEar } from './suite-run.ts';

const mebibyte = 1024 * 1024;
/** Of one stream of one suite: what it began with, and what it said last. */
const keptBytes = { first: 56 * mebibyte, last: 8 * mebibyte };

const longestLine = 64 * 1024;

/** Writes what a suite's command says as it says it, redacted, but no more than a disk bears. A stream that is cut off is no failure of the suite. */
export async function keepOutput(
  { folder, ear }: { readonly folder: RunFolder; readonly ear: SuiteEar | null },
  suite: string,
  name: string,
  stream: Readable,
): Promise<void> {
  const file = createWriteStream(folder.file('suites', suite, name), { mode: 0o600 });
  if (ear !== null)
    hearLines(stream, (line) => {
      ear.said(suite, line);
    });
  await pipeline(stream, folder.redactor.stream(), abridged(keptBytes), file).catch((error: unknown) => {
    if (!isCutOff(error)) throw error;
  });
}

/** Whole lines, beside whoever else reads the stream; of what never ends a line the rest is left out. */
function hearLines(stream: Readable, hear: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = `${rest}${decoder.write(chunk)}`.split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) hear(line);
  });
}

function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** Lets the `first` bytes pass, then keeps the `last` ones for the end, behind a line that says how many are missing. */
export function abridged({ first, last }: { readonly first: number; readonly last: number }): Transform {
  let passed = 0;
  let left = 0;
  const tail: Buffer[] = [];
  let tailBytes = 0;
  const keep = (chunk: Buffer): void => {
    tail.push(chunk);
    tailBytes += chunk.length;
    while (tailBytes > last) {
      const oldest = tail.shift() ?? Buffer.alloc(0);
      const over = Math.min(oldest.length, tailBytes - last);
      if (over < oldest.length) tail.unshift(oldest.subarray(over));
      tailBytes -= over;
      left += over;
    }
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const room = Math.max(0, first - passed);
      passed += Math.min(room, chunk.length);
      if (chunk.length > room) keep(chunk.subarray(room));
      done(null, chunk.subarray(0, room));
    },
    flush(done) {
      if (left > 0) this.push(`\n[${left} bytes are left out here]\n`);
      done(null, Buffer.concat(tail));
    },
  });
}
