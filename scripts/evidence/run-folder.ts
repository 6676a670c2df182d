import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { runsRoot } from '../../infra/places.ts';

/**
 * One folder a run, `.runs/<runId>/`, all of it readable by its owner alone:
 *
 *   plan.json  schedule.json  handle.json  events.jsonl  receipts.json  parity.json  facts/<node>.json
 *   suites/<name>/{stdout.log,stderr.log,junit.xml,outcome.json}  nodes/<node>/{journal.jsonl,container.log}
 *   processes.jsonl  junit.xml  verdict.json  report.html  watcher.log
 */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static create(runId: string): RunFolder {
    const folder = new RunFolder(join(runsRoot(), runId));
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
    this.writeText(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  writeText(name: string, text: string): void {
    writeFileSync(this.file(name), text, { mode: 0o600 });
  }

  appendLine(name: string, value: unknown): void {
    appendFileSync(this.file(name), `${JSON.stringify(value)}\n`, { mode: 0o600 });
  }

  /** null where the run never got so far. */
  readJson<S extends z.ZodType>(name: string, schema: S): z.output<S> | null {
    const text = this.#read(name);
    return text === null ? null : schema.parse(JSON.parse(text));
  }

  /** Lines that were written whole; a crash may have cut the last one. */
  readLines<S extends z.ZodType>(name: string, schema: S): z.output<S>[] {
    return (this.#read(name) ?? '').split('\n').flatMap((line) => {
      const value = parsed(line);
      return value === undefined ? [] : [schema.parse(value)];
    });
  }

  #read(name: string): string | null {
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
