import { isSecretVariable } from './secret-name.ts';
import type { Secret } from './secrets.ts';

const option = /^--?([A-Za-z][\w.-]*)$/;
const assigned = /^(?:--?)?([A-Za-z_][\w.-]*)=([^]+)$/;
const header = /^([A-Za-z][\w-]*): *(?:(?:bearer|basic|digest|token) +)?([^]+)$/i;

/** A secret at the end of a word, and whether it is certain enough to be looked for elsewhere. */
export interface WordSecret extends Secret {
  readonly certain: boolean;
}

/**
 * Pure: what is secret in a word of a command line by the name that stands before it: `--password=x`, `--token x`,
 * `DB_PASSWORD=x`, `Authorization: Bearer x`; the word ends with it. Of a word alone nobody can say whether it is one; and
 * whether an option takes the next word, only its program knows.
 */
export function secretInWord(words: readonly string[], at: number): WordSecret | null {
  const word = words[at] ?? '';
  const [, name = '', value = ''] = assigned.exec(word) ?? [];
  const certain = named(name, value) ?? inHeader(value) ?? inHeader(word);
  if (certain !== null) return { ...certain, certain: true };
  const before = option.exec(words[at - 1] ?? '')?.[1];
  if (before === undefined || word.startsWith('-') || takesNone.test(before)) return null;
  const behind = named(before, word);
  return behind === null ? null : { ...behind, certain: false };
}

/** Options with a secret's name that are known for taking no value. */
const takesNone = /^no-|-stdin$/;

function inHeader(text: string): Secret | null {
  const [, name = '', value = ''] = header.exec(text) ?? [];
  return named(name, value);
}

function named(name: string, value: string): Secret | null {
  if (value === '') return null;
  return isSecretVariable(name, value) || /^(proxy-)?authorization$/i.test(name) ? { name, value } : null;
}
