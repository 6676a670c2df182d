import {
  appendFileSync,
  createWriteStream,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  type WriteStream,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { runsRoot } from '../../infra/places.ts';
import { Redactor } from './redactor.ts';

/** TMPDIR of the run's processes: Pulumi leaves `pulumi-node-pipes*` and workspaces there. It goes with the run. */
export const temporaryFolder = (runFolder: string): string => join(runFolder, 'tmp');

/**
 * One folder a run, `.runs/<runId>/`, all of it readable by its owner alone, and free of secrets:
 *
 *   plan.json           hashes of the plan as it is, the plan without secrets, and the names of those that it had
 *   handle.json         without secrets; what suites read is tmp/handle.json, which goes with the cluster
 *   schedule.json       every fault as planned; with the times that came true once the suites have ended
 *   events.jsonl        as they happen
 *   engine-events.jsonl lives of the nodes' containers, as the engine tells them
 *   processes.jsonl     as they are seen; one line for each start once evidence is collected
 *   facts/<node>.json  parity.json
 *   suites/<name>/{stdout.log,stderr.log,junit.xml,outcome.json}
 *   invariants.jsonl    every answer to every invariant, as it came
 *   counters.jsonl      what the kernels of nodes counted, at both ends of each fault's window
 *   receipts.json       when the faults have been healed
 *   cores.json  cores/<node>/<name>.<pid>.core    of who crashed, not redacted; only where they are to be kept
 *   pcap.json  pcap/<node>.pcap    traffic, not redacted; only where it was asked for
 *   nodes/<node>/{state.json,container.log,journal.jsonl}
 *   junit.xml  control.json  verdict.json  report.html
 *   failure.json        instead of a verdict, where this host or a bug ended the run
 *   aborted.json        where the watcher, or reap after both had died, had to end it, and what could be saved
 *   watcher.log
 *
 * A file that ends in `.part` was being written when its writer was killed.
 */
export class RunFolder {
  readonly path: string;
  /** Everything that is written here goes through it. */
  readonly redactor: Redactor;

  constructor(path: string, redactor: Redactor = new Redactor()) {
    this.path = path;
    this.redactor = redactor;
  }

  static create(runId: string, redactor: Redactor): RunFolder {
    const folder = new RunFolder(join(runsRoot(), runId), redactor);
    mkdirSync(folder.path, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Path of a file in the run folder, with its own folder made. */
  file(...names: readonly string[]): string {
    const path = join(this.path, ...names);
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    return path;
  }

  writeJson(name: string, value: unknown): void {
    this.#write(name, `${JSON.stringify(this.redactor.value(value), null, 2)}\n`);
  }

  writeText(name: string, text: string): void {
    this.#write(name, this.redactor.text(text));
  }

  writeJsonLines(name: string, values: readonly unknown[]): void {
    this.#write(name, values.map((value) => `${JSON.stringify(this.redactor.value(value))}\n`).join(''));
  }

  appendLine(name: string, value: unknown): void {
    appendFileSync(this.file(name), `${JSON.stringify(this.redactor.value(value))}\n`, { mode: 0o600 });
  }

  /**
   * Streams into a file, which has its name only once the stream has ended, whole or cut: what a dead controller had
   * not finished is told from what it had.
   */
  async writeStream(name: string, source: Readable, signal: AbortSignal): Promise<void> {
    await this.#stream(name, async (file) => pipeline(source, this.redactor.stream(), file, { signal }));
  }

  /** The same for lines, each in another form, or left out where that is null. */
  async writeLines(
    name: string,
    source: Readable,
    translate: (line: string) => string | null,
    signal: AbortSignal,
  ): Promise<void> {
    const lines = async function* (bytes: AsyncIterable<string | Uint8Array>): AsyncIterable<string> {
      for await (const line of createInterface({ input: Readable.from(bytes) })) {
        const translated = translate(line);
        if (translated !== null) yield `${translated}\n`;
      }
    };
    await this.#stream(name, async (file) =>
      pipeline(source, lines, this.redactor.stream(), file, { signal }),
    );
  }

  /** As they are, for what holds no text that could be redacted; returns how many. */
  async writeBytes(name: string, source: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<number> {
    let bytes = 0;
    const count = async function* (chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        yield chunk;
      }
    };
    await this.#stream(name, async (file) => pipeline(Readable.from(source), count, file, { signal }));
    return bytes;
  }

  /** As it is, for what a live cluster is used with and no evidence; returns its path. */
  writeClear(name: string, value: unknown): string {
    const path = this.file(name);
    writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    return path;
  }

  /** null where the run never got so far. */
  readJson<S extends z.ZodType>(name: string, schema: S): z.output<S> | null {
    const text = this.readText(name);
    return text === null ? null : schema.parse(JSON.parse(text));
  }

  /** Lines that were written whole; a crash may have cut the last one. */
  readLines<S extends z.ZodType>(name: string, schema: S): z.output<S>[] {
    return (this.readText(name) ?? '').split('\n').flatMap((line) => {
      const value = parsed(line);
      return value === undefined ? [] : [schema.parse(value)];
    });
  }

  async #stream(name: string, fill: (file: WriteStream) => Promise<void>): Promise<void> {
    const path = this.file(name);
    const part = `${path}.part`;
    writeFileSync(part, '', { mode: 0o600 });
    try {
      await fill(createWriteStream(part));
    } finally {
      renameSync(part, path);
    }
  }

  /** Whole or not at all. */
  #write(name: string, text: string): void {
    const path = this.file(name);
    writeFileSync(`${path}.part`, text, { mode: 0o600 });
    renameSync(`${path}.part`, path);
  }

  /** null where there is no such file. */
  readText(name: string): string | null {
    try {
      return readFileSync(join(this.path, name), 'utf8');
    } catch {
      return null;
    }
  }
}

/** Sortable, short, and safe as label, host name and file name: `20261124-110305-1a2b3c`. */
export function newRunId(now: Date, random: Uint8Array): string {
  const [date = '', time = ''] = now
    .toISOString()
    .replaceAll(/[-:]|\..*/g, '')
    .split('T');
  return `${date}-${time}-${Buffer.from(random).toString('hex').slice(0, 6)}`;
}

function parsed(line: string): unknown {
  try {
    return line === '' ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}
