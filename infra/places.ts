import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of our package.json: the checkout, or node_modules/understudy in somebody's project. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** True where Understudy is a dependency of another project rather than a checkout of its own. */
export const isInstalled = packageRoot.includes(`${sep}node_modules${sep}`);

/** The folder of Pulumi.yaml: installed, its `main` is the emitted JavaScript. */
export const pulumiProject = isInstalled ? join(packageRoot, 'dist') : packageRoot;

/** Run folders, one a rehearsal. In a checkout they stay in it; installed, they belong to the current directory. */
export const runsRoot = (): string => join(isInstalled ? process.cwd() : packageRoot, '.runs');

/** Pulumi's file backend, bound values, leases and the passphrase: all that must outlive a command. */
export const stateRoot = (): string =>
  isInstalled ? join(xdg('XDG_STATE_HOME', '.local/state'), 'understudy') : join(packageRoot, '.state');

/** What can be made again: built binaries, packages, control results. */
export const cacheRoot = (): string => join(xdg('XDG_CACHE_HOME', '.cache'), 'understudy');

/** Where engine and plugins are looked for, as the Pulumi CLI itself does. */
export const pulumiHome = (): string => process.env['PULUMI_HOME'] ?? join(homedir(), '.pulumi');

function xdg(variable: string, fallback: string): string {
  const value = process.env[variable];
  return value === undefined || value === '' ? join(homedir(), fallback) : value;
}

function findPackageRoot(from: string): string {
  const manifest = join(from, 'package.json');
  if (existsSync(manifest) && readFileSync(manifest, 'utf8').includes('"name": "understudy"')) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('package.json of understudy not found above this file');
  return findPackageRoot(parent);
}
