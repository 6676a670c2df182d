import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { packageRoot, pulumiHome, stateRoot } from './places.ts';

/** One version of engine, SDK and launcher: package.json pins the same. */
export const pulumiVersion = '3.256.0';
export const dockerPluginVersion = '5.2.0';

/** Where the vendor's launcher and the Automation API look for the engine. */
export const engineFolder = (): string => join(pulumiHome(), 'versions', pulumiVersion, 'bin');
export const pluginFolder = (): string =>
  join(pulumiHome(), 'plugins', `resource-docker-v${dockerPluginVersion}`);

/** What Pulumi needs to work on this machine alone: own backend, own passphrase, no download, no question. */
export function pulumiEnvironment(): Record<string, string> {
  return {
    PULUMI_HOME: pulumiHome(),
    PULUMI_BACKEND_URL: `file://${backendFolder()}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_SKIP_UPDATE_CHECK: '1',
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: 'true',
    PATH: withFirst([engineFolder(), dirname(process.execPath), join(packageRoot, 'node_modules/.bin')]),
  };
}

/** Each folder once, so that `eval "$(understudy env)"` may be typed again and again. */
function withFirst(folders: readonly string[]): string {
  const inherited = (process.env['PATH'] ?? '').split(delimiter);
  return [...new Set([...folders, ...inherited])].join(delimiter);
}

function backendFolder(): string {
  const folder = join(stateRoot(), 'pulumi');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Made once and kept, rather than left empty: state may hold secrets. */
function passphraseFile(): string {
  const file = join(stateRoot(), 'passphrase');
  if (!existsSync(file)) {
    mkdirSync(stateRoot(), { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return file;
}
