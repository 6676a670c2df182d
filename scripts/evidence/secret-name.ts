const words =
  /(?:^|[^a-z])(?:pass(?:word|wd|phrase)?|secrets?|tokens?|api[-_]?key|private[-_]?key|access[-_]?key|credentials?|auth)(?:$|[^a-z])/;

/** True where a variable, key or option of this name holds a secret: its value is never written anywhere. */
export function isSecretName(name: string): boolean {
  return words.test(name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase());
}

/** What stands in captured facts in place of a secret. */
export const notKept = '[not kept]';
