import { existsSync, lstatSync, readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { whyNoFile, whyUnreadable } from '../../infra/spec/author-file.ts';
import { parsedJson } from './parsed-json.ts';
import { readEnds, readTail } from './read-ends.ts';
import type { FileBeside } from './recorded-run.ts';

/**
 * A run folder, as far as it can be read. What is there and cannot be understood becomes a gap, in words for the page, and
 * never an error: a page about a run that went wrong must not fail because the run did.
 */
export class FolderReader {
  readonly gaps: string[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  has(name: string): boolean {
    return existsSync(join(this.#folder, name));
  }

  /** null where it is not there, or cannot be read. */
  text(name: string): string | null {
    return this.#read(name, (path) => readFileSync(path, 'utf8'));
  }

  json<S extends z.ZodType>(name: string, schema: S): z.output<S> | null {
    const text = this.text(name);
    if (text === null) return null;
    const value = parsedJson(text);
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    this.gaps.push(
      value === undefined
        ? `${name} is not whole JSON`
        : `${name} holds something else than a run writes there: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
    return null;
  }

  /** Lines that can be read; a crash may have cut the last one, and a later version may write other ones. */
  lines<S extends z.ZodType>(name: string, schema: S): readonly z.output<S>[] {
    return this.understood(name, (this.text(name) ?? '').split('\n'), (line) => {
      const result = schema.safeParse(parsedJson(line));
      return result.success ? [result.data] : [];
    });
  }

  /** What `understand` makes of each line; lines of which it makes nothing are counted as a gap. */
  understood<T>(
    name: string,
    written: readonly string[],
    understand: (line: string) => readonly T[],
  ): readonly T[] {
    const lines = written.filter((line) => line !== '');
    const values = lines.map(understand);
    const lost = values.filter(({ length }) => length === 0).length;
    if (lost > 0) this.gaps.push(`${name}: ${lost} of ${lines.length} lines cannot be read`);
    return values.flat();
  }

  /** Beginning and end of a file that may be large; null where it is not there, is empty, or cannot be read. */
  ends(name: string, maxBytes: number): ReturnType<typeof readEnds> | null {
    return this.#read(name, (path) => (statSync(path).size === 0 ? null : readEnds(path, maxBytes)));
  }

  tail(name: string, maxBytes: number): string {
    return this.#read(name, (path) => readTail(path, maxBytes)) ?? '';
  }

  /** What is in a folder; nothing where there is none. */
  names(below: string): readonly string[] {
    if (below !== '' && !this.has(below)) return [];
    try {
      return readdirSync(join(this.#folder, below)).sort();
    } catch (error) {
      this.gaps.push(`${below} ${whyUnreadable(error)}`);
      return [];
    }
  }

  /** Everything but the page itself, and what lies behind links to folders: these may lead anywhere, round in circles too. */
  files(below = ''): readonly FileBeside[] {
    return this.names(below).flatMap((name) => {
      const path = join(below, name);
      const stats = this.#stats(path);
      if (stats?.isDirectory() === true) return this.#isLink(path) ? [] : this.files(path);
      return stats?.isFile() === true && path !== 'report.html' ? [{ path, bytes: stats.size }] : [];
    });
  }

  #isLink(path: string): boolean {
    return lstatSync(join(this.#folder, path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
  }

  /** What a link leads to counts; where it leads to itself, or beyond what we may see, is told. */
  #stats(path: string): Stats | undefined {
    try {
      return statSync(join(this.#folder, path), { throwIfNoEntry: false });
    } catch (error) {
      this.gaps.push(`${path} ${whyUnreadable(error)}`);
      return undefined;
    }
  }

  #read<T>(name: string, read: (path: string) => T): T | null {
    const path = join(this.#folder, name);
    const not = whyNoFile(path);
    if (not !== null) {
      // What is not there is looked for where the run's own story says that it was written.
      if (!not.missing) this.gaps.push(`${name} ${not.why}`);
      return null;
    }
    try {
      return read(path);
    } catch (error) {
      this.gaps.push(`${name} ${whyUnreadable(error)}`);
      return null;
    }
  }
}
