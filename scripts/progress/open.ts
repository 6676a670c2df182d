import { printMessage } from '../output.ts';
import type { Progress } from '../progress.ts';
import { liveProgress } from './live.ts';
import { plainProgress } from './plain.ts';

/** A live list where somebody watches, plain lines in a pipe and on a terminal that cannot redraw; both on stderr. */
export function openProgress(): Progress {
  const now = (): number => performance.now();
  return process.stderr.isTTY && process.env['TERM'] !== 'dumb'
    ? liveProgress(process.stderr, now)
    : plainProgress(printMessage, now);
}
