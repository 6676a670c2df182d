import { z } from 'zod';

/** One entry of journald's export as JSON (journalctl --output=json --all), every field as text. */
export type JournalEntry = Readonly<Record<string, string>>;

/** journald writes bytes that are no clean text (colours are enough) as numbers, and a field that came twice as a list. */
const Field = z.union([
  z.string(),
  z.array(z.number()).transform((bytes) => Buffer.from(bytes).toString('utf8')),
  z.array(z.union([z.string(), z.array(z.number())])).transform((all) => all.map(text).join('\n')),
  z.null().transform(() => ''),
]);
const Entry = z.record(z.string(), Field);

/** null where the line is not whole: a node may end while it writes. */
export function journalEntry(line: string): JournalEntry | null {
  try {
    return Entry.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** Microseconds since 1970: when it happened, where the sender said so, else when journald got it. */
export function happenedUs(entry: JournalEntry): number {
  return Number(entry['_SOURCE_REALTIME_TIMESTAMP'] ?? entry['__REALTIME_TIMESTAMP'] ?? 0);
}

/** journald quotes words as a shell would (since systemd 249); before that, words with spaces cannot be told apart. */
export function commandWords(line: string): readonly string[] {
  return (line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((word) =>
    word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word,
  );
}

function text(value: string | readonly number[]): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
}
