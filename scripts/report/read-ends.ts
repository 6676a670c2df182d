import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A file's text; of one that is larger than `maxBytes` the first quarter and the last three, in whole lines. */
export function readEnds(
  path: string,
  maxBytes: number,
): { readonly text: string; readonly unreadBytes: number } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size <= maxBytes) return { text: slice(file, 0, size), unreadBytes: 0 };
    const head = slice(file, 0, Math.floor(maxBytes / 4));
    const tail = slice(file, size - Math.floor((maxBytes * 3) / 4), size);
    return {
      text: head.slice(0, head.lastIndexOf('\n') + 1) + tail.slice(tail.indexOf('\n') + 1),
      unreadBytes: size - maxBytes,
    };
  } finally {
    closeSync(file);
  }
}

/** The last whole lines of a file; all of a file that is shorter than `maxBytes`. */
export function readTail(path: string, maxBytes: number): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const text = slice(file, Math.max(0, size - maxBytes), size);
    return size <= maxBytes ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    closeSync(file);
  }
}

function slice(file: number, from: number, to: number): string {
  const bytes = Buffer.alloc(to - from);
  const read = readSync(file, bytes, 0, bytes.length, from);
  return bytes.toString('utf8', 0, read);
}
