import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../infra/places.ts';

const Manifest = z.object({ version: z.string() });

/** Version of a package as it lies in node_modules. */
export function installedVersion(name: string): string {
  const file = join(packageRoot, 'node_modules', name, 'package.json');
  return Manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
