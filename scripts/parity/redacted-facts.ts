import { Facts } from '../../infra/spec/facts.ts';
import { secretWords } from '../../infra/plan/argv-secrets.ts';
import { isSecretVariable, notKept } from '../../infra/plan/secret-name.ts';
import { showsSecret } from '../../infra/plan/secret-value.ts';

/**
 * Pure: facts without what is secret in them, by the name of a variable or by how a text looks, and with the list of where that
 * was. A whole text goes, not only what is secret in it: what is left of a password is a hint.
 */
export function redactedFacts(facts: Omit<Facts, 'redacted'>): Facts {
  const redacted: string[] = [];
  const kept = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === 'string') {
      const isSecret =
        showsSecret(value) ||
        // Commands of units, of cron and of sudo, and options that a variable holds.
        secretWords(value.split(/\s+/)).length > 0 ||
        (path.at(-2) === 'environment' && isSecretVariable(path.at(-1) ?? '', value));
      if (!isSecret) return value;
      redacted.push(path.join('.'));
      return notKept;
    }
    if (Array.isArray(value)) return value.map((one, at) => kept(one, [...path, String(at)]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, kept(one, [...path, key])]));
  };
  const clean = Facts.parse(kept({ ...facts, redacted: [] }, []));
  return { ...clean, redacted: redacted.sort() };
}
