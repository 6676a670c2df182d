import { isSecretVariable } from './secret-name.ts';
import type { Secret } from './secrets.ts';

/** A word of a command that holds a secret: behind `kept`, which stays. */
export interface SecretWord extends Secret {
  readonly index: number;
  readonly kept: string;
  /** Looked for everywhere; otherwise it may be a word like others (`--password mydatabase`), and goes from here alone. */
  readonly isCertain: boolean;
}

/**
 * Pure: `--password=x`, `PASSWORD=x` and `--password x`, by the names that variables go by. A path says where a secret is,
 * not what it is.
 */
export function secretWords(argv: readonly string[]): readonly SecretWord[] {
  return argv.flatMap((word, index): SecretWord[] => {
    const [, kept = '', assigned = '', given = ''] = /^(-{0,2}([A-Za-z][\w.-]*)=)(.*)$/s.exec(word) ?? [];
    if (kept !== '')
      return isSecret(assigned, given)
        ? [{ index, name: assigned, value: given, kept, isCertain: true }]
        : [];
    const [, option = ''] = /^--?([A-Za-z][\w.-]*)$/.exec(argv[index - 1] ?? '') ?? [];
    if (option === '' || takesNone.test(option) || word.startsWith('-') || !isSecret(option, word)) return [];
    return [{ index, name: option, value: word, kept: '', isCertain: !isPlainWord(word) }];
  });
}

/** Options with a secret's name that are known for taking no value. */
const takesNone = /^no-|-stdin$/;

function isSecret(name: string, value: string): boolean {
  return !/^\.{0,2}\//.test(value) && isSecretVariable(name.replaceAll(/[.-]/g, '_'), value);
}

/** Letters alone are a name more often than a secret: to look for it everywhere would take words out of the evidence. */
export function isPlainWord(value: string): boolean {
  return /^[A-Za-z_.-]*$/.test(value);
}
