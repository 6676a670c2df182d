import type { Writable } from 'node:stream';

const headerBytes = 8;
const stderrByte = 2;

/**
 * The engine's one stream of two (Engine API, "Stream format"): frames, each of a byte that says whose it is, three of zeros, and
 * its length in four. docker-modem has this, too, and calls itself for each frame: some thousands of short lines that come at
 * once overflow its stack. Ends neither target.
 */
export function demux(source: NodeJS.ReadableStream, stdout: Writable, stderr: Writable): void {
  let rest: Buffer = Buffer.alloc(0);
  source.on('data', (bytes: Buffer) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let at = 0;
    while (rest.length - at >= headerBytes) {
      const begin = at + headerBytes;
      const end = begin + rest.readUInt32BE(at + 4);
      if (rest.length < end) break;
      (rest[at] === stderrByte ? stderr : stdout).write(rest.subarray(begin, end));
      at = end;
    }
    rest = rest.subarray(at);
  });
}
