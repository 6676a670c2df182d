/** `$${` comes first: it is the text `${` itself and begins no reference. */
const parts = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** A reference as it is written. `name` is null where it is never closed. */
export interface Reference {
  readonly name: string | null;
  readonly written: string;
}

/** What a text refers to, in its order. */
export function referencesIn(text: string): readonly Reference[] {
  return [...text.matchAll(parts)].flatMap(([written, name, end]) =>
    name === undefined ? [] : [{ name: end === '}' ? name : null, written }],
  );
}

/** The text with the values of its variables in place, and `$${` as `${`. Values are put in as they are, not read again. */
export function interpolated(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(parts, (written: string, name: string | undefined) => {
    if (name === undefined) return '${';
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) throw new Error(`${written} was planned without a value`);
    return value;
  });
}
