import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import { buildGoProgram } from './go-build.ts';
import { mayInstall, refuseToInstall } from './installing.ts';
import {
  dockerPluginVersion,
  engineFolder,
  pluginFolder,
  pulumiEnvironment,
  pulumiVersion,
} from '../../infra/pulumi-environment.ts';
import { downloadEngine } from './vendor-download.ts';

const typeThis = `install Pulumi ${pulumiVersion}: https://www.pulumi.com/docs/install/versions`;

/**
 * Engine, language host and docker plugin, all three upstream's: found, else the vendor's download, else built from
 * public Go modules (closed networks, where only package registries answer).
 */
export async function ensurePulumi(progress: Progress, signal: AbortSignal): Promise<void> {
  const engine = join(engineFolder(), 'pulumi');
  const languageHost = join(engineFolder(), 'pulumi-language-nodejs');
  const plugin = join(pluginFolder(), 'pulumi-resource-docker');
  if ([engine, languageHost, plugin].every(existsSync)) return;
  if (!mayInstall())
    throw refuseToInstall(`Pulumi ${pulumiVersion} or its docker plugin ${dockerPluginVersion}`, typeThis);

  const fromVendor = (!existsSync(engine) || !existsSync(languageHost)) && (await downloadEngine(progress));
  const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`;
  if (!existsSync(engine)) {
    await progress.step('build the Pulumi engine from its Go modules (about 4 min)', async () => {
      await buildGoProgram({
        module: 'engine',
        package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
        ldflags: version,
        target: engine,
        signal,
      });
    });
  }
  if (!existsSync(languageHost)) {
    await progress.step('build the Pulumi language host for Node', async () => {
      await buildGoProgram({
        module: 'language-nodejs',
        package: 'github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs',
        ldflags: version,
        target: languageHost,
        signal,
      });
    });
  }
  if (!existsSync(plugin) && fromVendor) await pluginFromVendor(progress);
  if (!existsSync(plugin)) {
    await progress.step('build the docker plugin from its Go modules (about 2 min)', async () => {
      await buildGoProgram({ module: 'docker-plugin', package: '.', ldflags: '', target: plugin, signal });
    });
  }
}

async function pluginFromVendor(progress: Progress): Promise<void> {
  await progress.step(`download the docker plugin ${dockerPluginVersion}`, async () => {
    await execa('pulumi', ['plugin', 'install', 'resource', 'docker', `v${dockerPluginVersion}`], {
      env: { ...pulumiEnvironment(), PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'false' },
      reject: false,
    });
  });
}
