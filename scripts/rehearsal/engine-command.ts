import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineFolder, pulumiVersion } from '../../infra/pulumi-environment.ts';

/**
 * A folder whose `bin/pulumi` is the engine, for the Automation API: it starts the engine for its version before an
 * update, and three times after it for outputs and history. Each start costs 0.2 to 0.4 s; the version is pinned, and
 * nobody here asks for the others. Everything else reaches the engine itself.
 */
export function engineRoot(temporary: string): string {
  const root = join(temporary, 'engine');
  mkdirSync(join(root, 'bin'), { recursive: true, mode: 0o700 });
  writeFileSync(join(root, 'bin/pulumi'), engineScript(join(engineFolder(), 'pulumi')), { mode: 0o700 });
  return root;
}

/** Pure. */
export function engineScript(engine: string): string {
  return [
    '#!/bin/sh',
    'case "$1 $2" in',
    `  'version ') echo v${pulumiVersion} ;;`,
    "  'stack output') echo '{}' ;;",
    "  'stack history') echo '[]' ;;",
    `  *) exec '${engine.replaceAll("'", "'\\''")}' "$@" ;;`,
    'esac',
    '',
  ].join('\n');
}
