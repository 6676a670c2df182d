export interface Needle {
  /** Latin1: a character a byte. */
  readonly bytes: string;
  readonly replacement: Buffer;
}

/** What every needle's first bytes are looked up by. */
const keyLength = 6;
const tableBits = 16;

/**
 * Replaces whichever of many needles comes first, the longest where several begin at one place. A table of hashes of
 * three bytes rules out nearly every place at once, so the number of needles hardly matters.
 */
export class ByteMatcher {
  readonly #maybe = new Uint8Array(1 << tableBits);
  readonly #byKey = new Map<string, Needle[]>();
  /** Beginnings of needles that are shorter than a key. */
  readonly #beginnings = new Set<string>();
  #longest = 0;

  /** Needles shorter than six bytes are refused: they are words of any text. */
  add(needles: readonly Needle[]): void {
    for (const needle of needles) {
      const { length: size } = needle.bytes;
      if (size < keyLength) throw new Error(`a needle has at least ${keyLength} bytes, got ${size}`);
      this.#longest = Math.max(this.#longest, size);
      this.#maybe[hash(Buffer.from(needle.bytes.slice(0, 3), 'latin1'), 0)] = 1;
      for (let length = 1; length < keyLength; length += 1)
        this.#beginnings.add(needle.bytes.slice(0, length));
      const key = needle.bytes.slice(0, keyLength);
      const all = [...(this.#byKey.get(key) ?? []), needle];
      this.#byKey.set(
        key,
        all.sort((a, b) => b.bytes.length - a.bytes.length),
      );
    }
  }

  /**
   * The first place at which what follows `input` could still make a match, or a longer one; everything before it is
   * settled, whatever comes. That is why a stream can be cut anywhere, and why little of it has to be held back.
   */
  settledUntil(input: Buffer): number {
    for (let at = Math.max(0, input.length - this.#longest + 1); at < input.length; at += 1) {
      if (this.#beginsAt(input, at)) return at;
    }
    return input.length;
  }

  /** Everything replaced that begins before `until`; what is left over begins at `rest`. */
  replace(input: Buffer, until: number): { readonly done: readonly Buffer[]; readonly rest: number } {
    const done: Buffer[] = [];
    let kept = 0;
    let at = 0;
    const end = Math.min(until, input.length);
    while (at < end) {
      const needle = this.#maybe[hash(input, at)] === 1 ? this.#at(input, at) : undefined;
      if (needle === undefined) {
        at += 1;
        continue;
      }
      done.push(input.subarray(kept, at), needle.replacement);
      at += needle.bytes.length;
      kept = at;
    }
    done.push(input.subarray(kept, at));
    return { done, rest: at };
  }

  /** Whether the end of `input` from `at` on is the beginning of a needle. */
  #beginsAt(input: Buffer, at: number): boolean {
    const left = input.length - at;
    if (left < keyLength) return this.#beginnings.has(input.toString('latin1', at));
    if (this.#maybe[hash(input, at)] !== 1) return false;
    const found = this.#byKey.get(input.toString('latin1', at, at + keyLength)) ?? [];
    return found.some(({ bytes }) => bytes.length > left && bytes.startsWith(input.toString('latin1', at)));
  }

  #at(input: Buffer, at: number): Needle | undefined {
    return this.#byKey
      .get(input.toString('latin1', at, at + keyLength))
      ?.find(({ bytes }) => input.toString('latin1', at, at + bytes.length) === bytes);
  }
}

/** Bytes beyond the end read as undefined, which counts as zero here. */
function hash(bytes: Buffer, at: number): number {
  return (
    (((bytes[at] ?? 0) << 8) ^ ((bytes[at + 1] ?? 0) << 4) ^ ((bytes[at + 2] ?? 0) * 0x9e5)) &
    ((1 << tableBits) - 1)
  );
}
