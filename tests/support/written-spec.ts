import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of files for one test, gone with it: `using spec = writtenSpec({'cluster.yaml': …})`. */
export function writtenSpec(
  files: Readonly<Record<string, string>>,
): Disposable & { path(name: string): string } {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-spec-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return {
    path: (name) => join(folder, name),
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
