/** Words that stand for a secret wherever they are in a name: PGPASSWORD, DBPASS, AUTHTOKEN; a bypass and a compass do not. */
const anywhere =
  /passw(?:or)?d|passphrase|(?<!^|[^a-z]|com|by|sur|tres|under|over)pass$|secret|token|credential|apikey|pwd$/;
/** Words that do so by themselves only: a monkey, a compass and an author are none. */
const alone = /(?:^|[^a-z])(?:pass|auth|jwt|(?:[a-z]+[^a-z])?keys?)(?:$|[^a-z])/;
/** Names with such a word that are known to hold none. */
const innocent = /^(?:pwd|oldpwd)$|public[^a-z]?keys?|tokeni[sz]er|max[^a-z]?tokens/;

/** True where a variable, key or option of this name holds a secret: its value is never written anywhere. */
export function isSecretName(name: string): boolean {
  const plain = name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return !innocent.test(plain) && (anywhere.test(plain) || alone.test(plain));
}

/** What stands in captured facts in place of a secret. */
export const notKept = '[not kept]';
/** How what stands in evidence in place of a secret begins. */
export const redactedMark = '[redacted:';

/** Names of variables and options that say where something is, not what it is. */
const place = /[_-](FILE|PATH|DIR|DIRECTORY|SOCK)$/i;

/** The value of a variable is a secret by the variable's name, unless it says where one lies, or is gone already. */
export function isSecretVariable(name: string, value: string): boolean {
  if (value === '' || value === notKept || value.startsWith(redactedMark)) return false;
  return isSecretName(name) && !(place.test(name) && value.startsWith('/'));
}
