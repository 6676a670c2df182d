/** What of a fingerprint is not a leftover: lines that come, and lines that go, for as long as a driver idles: each pattern stands for one line. */
export interface Scaffolding {
  readonly come: readonly RegExp[];
  readonly gone: readonly RegExp[];
}

export const noScaffolding: Scaffolding = { come: [], gone: [] };

/** A pattern that is this text. */
export function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
