import type { Progress } from '../progress.ts';
import { liveProgress } from './live.ts';
import { plainProgress } from './plain.ts';

/** A live list where somebody watches, plain lines in a pipe; both on stderr. */
export function openProgress(): Progress {
  const now = (): number => performance.now();
  return process.stderr.isTTY
    ? liveProgress(process.stderr, now)
    : plainProgress((text) => {
        process.stderr.write(text);
      }, now);
}
