import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InterruptedError } from '../../infra/errors.ts';
import { cacheRoot } from '../../infra/places.ts';
import { HostProcess } from './lease.ts';
import { identify, liveness, localProcesses, type ProcessTable } from './process-table.ts';

/** Who builds what on which engine. Images are built before a run has an id, so no lease stands for it. */
const BuildRecord = z.strictObject({
  schema: z.literal(1),
  builder: HostProcess,
  /** `engineEndpoint().url`: another engine knows nothing of it. */
  engine: z.string(),
  inputsHashes: z.array(z.string()),
});
export type BuildRecord = z.infer<typeof BuildRecord>;

/**
 * Runs `build` with a record beside it, written before. It stays where the build is killed or interrupted, and the next
 * reaper clears what the engine still has of it; after any other end what is left is the engine's cache of a retry.
 */
export async function recordedBuild(
  engine: string,
  inputsHashes: readonly string[],
  build: () => Promise<void>,
): Promise<void> {
  const builder = identify(process.pid);
  const file = join(folder(), `${builder.pid}-${builder.startTime}.json`);
  write(file, { schema: 1, builder, engine, inputsHashes: [...inputsHashes] });
  try {
    await build();
  } catch (error) {
    if (!(error instanceof InterruptedError)) rmSync(file, { force: true });
    throw error;
  }
  rmSync(file, { force: true });
}

/** What killed builds on `engine` were making and no build that may still live is making: theirs alone to clear. */
export function abandonedBuilds(
  engine: string,
  table: ProcessTable = localProcesses(),
): readonly { readonly inputsHash: string }[] {
  const { dead, busy } = records(engine, table);
  const hashes = new Set(dead.flatMap(({ record }) => record.inputsHashes));
  return [...hashes].filter((hash) => !busy.has(hash)).map((inputsHash) => ({ inputsHash }));
}

/** After their leftovers are gone. One that shares a hash with a living build stays until that has ended. */
export function forgetAbandoned(engine: string, table: ProcessTable = localProcesses()): void {
  const { dead, busy } = records(engine, table);
  for (const { file, record } of dead)
    if (!record.inputsHashes.some((hash) => busy.has(hash))) rmSync(file, { force: true });
}

function records(
  engine: string,
  table: ProcessTable,
): {
  readonly dead: readonly { readonly file: string; readonly record: BuildRecord }[];
  readonly busy: ReadonlySet<string>;
} {
  const all = names().flatMap((name) => {
    const file = join(folder(), name);
    const record = read(file);
    return record?.engine !== engine ? [] : [{ file, record }];
  });
  const isDead = ({ record }: (typeof all)[number]): boolean => liveness(record.builder, table) === 'dead';
  const busy = all.filter((one) => !isDead(one)).flatMap(({ record }) => record.inputsHashes);
  return { dead: all.filter(isDead), busy: new Set(busy) };
}

/** In the cache, which all checkouts of a user share as they share the engine: each must see the others' builds. */
const folder = (): string => join(cacheRoot(), 'builds');

function names(): readonly string[] {
  try {
    return readdirSync(folder()).filter((name) => name.endsWith('.json'));
  } catch {
    return []; // nothing was ever built here
  }
}

function read(file: string): BuildRecord | null {
  try {
    return BuildRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null; // it has just ended, or another version wrote it
  }
}

function write(file: string, record: BuildRecord): void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.part`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}
