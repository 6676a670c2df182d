import type { Exception } from './process-record.ts';

/** A traceback is cut to this, and its header looked for no further above its frames. */
const longestText = 16_384;
const longestMessageLines = 60;

interface Found {
  readonly last: number;
  readonly exception: Exception;
}

/** Pure: the last traceback in lines of output, in the shape of Python, Node or Java; null where there is none. */
export function lastTraceback(lines: readonly string[]): Exception | null {
  const found = [python(lines), frames(lines)].filter((one) => one !== null);
  return found.sort((a, b) => b.last - a.last)[0]?.exception ?? null;
}

/** Frames are indented below the first line; the first line that is not says what was raised. */
function python(lines: readonly string[]): Found | null {
  const first = lines.findLastIndex((line) => line.includes(pythonHead));
  if (first === -1) return null;
  const last = lines.findIndex((line, index) => index > first && !/^\s/.test(line) && line !== '');
  const raised = /^([A-Za-z_][\w.]*)(?::\s?(.*))?$/.exec(lines[last] ?? '');
  if (raised === null) return null;
  const [, type = '', message = ''] = raised;
  // A logger's own words may stand before it.
  const head = (lines[first] ?? '').slice((lines[first] ?? '').indexOf(pythonHead));
  return { last, exception: exception('python', type, message, [head, ...lines.slice(first + 1, last + 1)]) };
}

const pythonHead = 'Traceback (most recent call last):';

/** `    at …` below `Name: message`; in Java `Caused by:` and `… more` stand between the frames. */
function frames(lines: readonly string[]): Found | null {
  const last = lines.findLastIndex((line) => frame.test(line));
  if (last === -1) return null;
  let top = last;
  while (top > 0 && between.test(lines[top - 1] ?? '')) top -= 1;
  const above = lines.slice(Math.max(0, top - longestMessageLines), top);
  const back = above.findLastIndex((line) => thrown.test(line));
  const head = thrown.exec(above[back] ?? '');
  if (head === null) return null;
  const [, type = '', message = ''] = head;
  const text = lines.slice(top - above.length + back, last + 1);
  return {
    last,
    exception: exception(text.some((line) => javaFrame.test(line)) ? 'java' : 'node', type, message, text),
  };
}

const frame = /^\s+at \S/;
const between = /^\s+at \S|^\s*Caused by: |^\s*Suppressed: |^\s*\.\.\. \d+ more$/;
const javaFrame =
  /^\s+at [\w.$/<>@]+\((?:[\w$]+\.(?:java|kt|scala|groovy|clj):\d+|Native Method|Unknown Source)\)$/;
const thrown =
  /^\s*(?:Uncaught )?(?:Exception in thread "[^"]*" )?((?:[\w$]+\.)*[\w$]*(?:Error|Exception|Throwable|Fault)[\w$]*)(?: \[\w+\])?(?:: ?(.*))?$/;

function exception(
  language: Exception['language'],
  type: string,
  message: string,
  text: readonly string[],
): Exception {
  return { language, type, message, text: text.join('\n').slice(0, longestText) };
}
