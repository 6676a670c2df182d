import {
  createReadStream,
  createWriteStream,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { temporaryFolder } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';

/** Up to this a file is done in one go, so that nobody can append to it meanwhile; only what is finished is larger. */
const atOnceBytes = 16 * 1024 * 1024;

/** Redacts once more what was written before a secret was known as one. */
export async function redactFolder(folder: RunFolder): Promise<void> {
  for (const path of filesBelow(folder.path, temporaryFolder(folder.path))) {
    if (statSync(path).size <= atOnceBytes) atOnce(path, folder);
    else await streamed(path, folder);
  }
}

function atOnce(path: string, { redactor }: RunFolder): void {
  const before = readFileSync(path);
  const after = redactor.bytes(before);
  if (after === before) return;
  writeFileSync(`${path}.part`, after, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

async function streamed(path: string, { redactor }: RunFolder): Promise<void> {
  const part = `${path}.part`;
  try {
    await pipeline(createReadStream(path), redactor.stream(), createWriteStream(part, { mode: 0o600 }));
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}

/** The temporary folder is left out: it holds what the live cluster is used with, and goes with it. */
function filesBelow(path: string, except: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name);
    if (inside === except) return [];
    if (entry.isDirectory()) return filesBelow(inside, except);
    return entry.isFile() ? [inside] : [];
  });
}
