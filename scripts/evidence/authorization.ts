import { isPlainWord } from '../../infra/plan/argv-secrets.ts';

/** A credential in a text, behind the header that names it. Offsets count in bytes: the text is in latin1. */
export interface Credential {
  readonly start: number;
  readonly end: number;
  readonly value: string;
  /** Looked for everywhere; otherwise it may be a word like others (`Authorization: Bearer missing`). */
  readonly isCertain: boolean;
}

/** Name of what is found; as headers have it. */
export const authorization = 'Authorization';

/** Longer ones are no header that a server would take; what a stream holds back has to end somewhere. */
const longest = 8192;
const blanks = '[ \\t]{0,8}';
/** As a header, in JSON, in JSON in JSON, as Python prints a dict. */
const quotes = `[\\\\"']{0,4}`;
const scheme = '(?:bearer|basic|token|apikey|negotiate)';
const whole = new RegExp(
  `authorization${quotes}${blanks}[:=]${blanks}${quotes}${scheme}[ \\t]{1,8}([A-Za-z0-9._~+/=-]{1,${longest}})`,
  'gi',
);
const pieces = ['authorization', quotes, blanks, '[:=]', blanks, quotes, scheme, '[ \\t]{1,8}'];

/** Pure: `Authorization: Bearer xyz` and its like. */
export function credentialsIn(latin1: string): readonly Credential[] {
  return [...latin1.matchAll(whole)].map(({ index, 0: all, 1: value = '' }) => {
    const end = index + all.length;
    return { start: end - value.length, end, value, isCertain: !isPlainWord(value) };
  });
}

/** Pure: from where on a text may be the beginning of one that is not whole yet; its length where it is none. */
export function openFrom(latin1: string): number {
  const from = Math.max(0, latin1.length - longest - 128);
  const tail = latin1.slice(from);
  const open = [...tail.matchAll(/authorization/gi)].find(({ index }) => mayGoOn(tail.slice(index)));
  if (open !== undefined) return from + open.index;
  for (let length = 'authorization'.length - 1; length > 0; length -= 1)
    if (tail.slice(-length).toLowerCase() === 'authorization'.slice(0, length)) return latin1.length - length;
  return latin1.length;
}

/** Whether all of a text is a beginning of the whole pattern. */
function mayGoOn(text: string): boolean {
  if (new RegExp(`^${pieces.join('')}[A-Za-z0-9._~+/=-]{0,${longest - 1}}$`, 'i').test(text)) return true;
  const words = ['bearer', 'basic', 'token', 'apikey', 'negotiate'];
  const partial = words.flatMap((word) => Array.from(word, (_, at) => word.slice(0, at + 1))).join('|');
  const head = `^authorization${quotes}${blanks}`;
  return (
    new RegExp(`${head}$`, 'i').test(text) ||
    new RegExp(`${head}[:=]${blanks}${quotes}(?:${partial})?[ \\t]{0,8}$`, 'i').test(text)
  );
}
