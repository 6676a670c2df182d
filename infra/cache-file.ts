import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';

/** null where nothing was kept, or nothing that this version can read: what is cached can be made again. */
export function readCached<S extends z.ZodType>(file: string, schema: S): z.output<S> | null {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** Whole or not at all: a command may be killed while it writes, and another one read meanwhile. */
export function keepCached(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, JSON.stringify(value));
  renameSync(part, file);
}
