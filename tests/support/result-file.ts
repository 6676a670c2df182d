import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';

/** What a file of tests/results holds; null where there is none. @throws where it is another thing. */
export function readResultFile<S extends z.ZodType>(file: string, schema: S): z.output<S> | null {
  return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
}

/** After each piece of work, and never half: what is interrupted goes on where it was. `indent` as JSON.stringify has it. */
export function writeResultFile<S extends z.ZodType>(
  file: string,
  schema: S,
  result: z.input<S>,
  indent = 0,
): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, `${JSON.stringify(schema.parse(result), null, indent)}\n`);
  renameSync(`${file}.part`, file);
}
