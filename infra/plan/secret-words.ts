import { isSecretVariable } from './secret-name.ts';
import type { Secret } from './secrets.ts';

const option = /^--?([A-Za-z][\w.-]*)$/;
const assigned = /^(?:--?)?([A-Za-z_][\w.-]*)=([^]+)$/;
const header = /^([A-Za-z][\w-]*): *(?:(?:bearer|basic|digest|token) +)?([^]+)$/i;

/**
 * Pure: what is secret in a word of a command line by the name that stands before it: `--password=x`, `--token x`,
 * `DB_PASSWORD=x`, `Authorization: Bearer x`; the word ends with it. Of a word alone nobody can say whether it is one.
 */
export function secretInWord(words: readonly string[], at: number): Secret | null {
  const word = words[at] ?? '';
  const before = option.exec(words[at - 1] ?? '')?.[1];
  const behind = before === undefined || word.startsWith('-') ? null : named(before, word);
  if (behind !== null) return behind;
  const [, name, value] = assigned.exec(word) ?? header.exec(word) ?? [];
  return name === undefined || value === undefined ? null : named(name, value);
}

function named(name: string, value: string): Secret | null {
  return isSecretVariable(name, value) || /^(proxy-)?authorization$/i.test(name) ? { name, value } : null;
}
