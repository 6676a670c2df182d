const words =
  /(?:^|[^a-z])(?:pass(?:word|wd|phrase)?|secrets?|tokens?|api_?key|private_?key|access_?key|credentials?|auth)(?:$|[^a-z])/;

/** True where a variable, key or option of this name holds a secret: its value is never written anywhere. */
export function isSecretName(name: string): boolean {
  return words.test(name.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase());
}
