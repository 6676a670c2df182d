/** An id for a place in the page, from names that may hold anything. */
export function anchor(name: string): string {
  return name.replaceAll(
    /[^A-Za-z0-9_.-]/g,
    (character) => `_${character.codePointAt(0)?.toString(16) ?? ''}`,
  );
}
