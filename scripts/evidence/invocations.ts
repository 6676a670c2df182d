import { happenedUs, type JournalEntry } from './journal.ts';

/** What the journal says of one start of a unit (systemd's invocation). */
export interface Invocation {
  readonly id: string;
  readonly unit: string;
  readonly hostName: string | null;
  /** When systemd said that it starts. */
  readonly startedUs: number | null;
  /** How the main process ended; systemd says it of failures only. */
  readonly mainExit: { readonly us: number; readonly how: string; readonly status: number } | null;
  /** When systemd had done with the unit, and whether in peace. */
  readonly ended: { readonly us: number; readonly result: string } | null;
  /** Who wrote its lines, as journald read it from /proc at the first line of each. */
  readonly writers: readonly Writer[];
  /** The last lines of its output. */
  readonly output: readonly string[];
}

export interface Writer {
  readonly pid: number;
  readonly uid: number;
  readonly commandLine: string;
}

/** systemd's own message ids (man 7 systemd.journal-fields, src/systemd/sd-messages.h). */
export const messages = {
  starting: '7d4958e842da4a758f6c1cdc7b36dcc5',
  started: '39f53479d3a045ac8e11786248231fbf',
  mainExited: '98e322203f7a4ed290d09fe03c09fe15',
  succeeded: '7ad2d189f7e94e70a38c781354912448',
  failed: 'd9b373ed55a64feb8242e02dbe79a49c',
} as const;
const known = new Set<string | undefined>(Object.values(messages));

const mostLines = 2000;
const mostWriters = 16;

/** Every start of the units named, in the order in which they began, from entries that come one after the other: a journal
 * need not fit into memory. */
export class InvocationReader {
  readonly #units: ReadonlySet<string>;
  readonly #found = new Map<string, Invocation>();
  /** Output that came before systemd's word on its invocation: the two are written by different processes. */
  readonly #output = new Map<string, { writers: Writer[]; lines: string[] }>();

  constructor(units: readonly string[]) {
    this.#units = new Set(units);
  }

  get found(): readonly Invocation[] {
    return [...this.#found.values()].map((one) => {
      const wrote = this.#output.get(one.id);
      return { ...one, writers: wrote?.writers ?? [], output: wrote?.lines ?? [] };
    });
  }

  take(entry: JournalEntry): void {
    if (entry['_PID'] === '1' && known.has(entry['MESSAGE_ID'])) this.#fromSystemd(entry);
    else if (this.#units.has(entry['_SYSTEMD_UNIT'] ?? '')) this.#fromUnit(entry);
  }

  #fromSystemd(entry: JournalEntry): void {
    const { UNIT: unit = '', INVOCATION_ID: id = '', MESSAGE_ID: message } = entry;
    if (!this.#units.has(unit) || id === '') return;
    const us = happenedUs(entry);
    const one = this.#found.get(id) ?? {
      id,
      unit,
      hostName: entry['_HOSTNAME'] ?? null,
      startedUs: null,
      mainExit: null,
      ended: null,
      writers: [],
      output: [],
    };
    this.#found.set(id, { ...one, ...this.#said(one, message, us, entry) });
  }

  #said(one: Invocation, message: string | undefined, us: number, entry: JournalEntry): Partial<Invocation> {
    switch (message) {
      case messages.starting:
      case messages.started:
        return { startedUs: one.startedUs ?? us };
      case messages.mainExited:
        return { mainExit: { us, how: entry['EXIT_CODE'] ?? '', status: Number(entry['EXIT_STATUS']) } };
      case messages.succeeded:
        return { ended: { us, result: 'success' } };
      default:
        return { ended: { us, result: entry['UNIT_RESULT'] ?? 'failure' } };
    }
  }

  #fromUnit(entry: JournalEntry): void {
    const id = entry['_SYSTEMD_INVOCATION_ID'] ?? '';
    if (id === '') return;
    const wrote = this.#output.get(id) ?? { writers: [], lines: [] };
    const writer = writerOf(entry);
    if (
      writer !== null &&
      wrote.writers.length < mostWriters &&
      wrote.writers.every(({ pid }) => pid !== writer.pid)
    )
      wrote.writers.push(writer);
    wrote.lines.push(...(entry['MESSAGE'] ?? '').split('\n'));
    if (wrote.lines.length > 2 * mostLines) wrote.lines.splice(0, wrote.lines.length - mostLines);
    this.#output.set(id, wrote);
  }
}

function writerOf(entry: JournalEntry): Writer | null {
  const { _PID: pid, _UID: uid, _CMDLINE: commandLine } = entry;
  if (pid === undefined || uid === undefined || commandLine === undefined) return null;
  return { pid: Number(pid), uid: Number(uid), commandLine };
}
