import type Docker from 'dockerode';
import { engineEndpoint } from '../../infra/components/docker/engine.ts';
import { ensureImages, stacksOf, type BuildOptions } from '../../infra/components/docker/build.ts';
import type { Progress } from '../progress.ts';
import { recordedBuild } from '../teardown/build-record.ts';
import { resolveBase } from './base-image.ts';

/** Every image that is missing, with a record of the build: one that is killed is cleared by the next command. */
export async function imagesReady(
  engine: Docker,
  loaded: Parameters<typeof ensureImages>[1],
  progress: Progress,
  options: Omit<BuildOptions, 'resolveBase'>,
): Promise<void> {
  const hashes = stacksOf(loaded.plan).map(({ inputsHash }) => inputsHash);
  await recordedBuild(engineEndpoint().url, hashes, async () =>
    ensureImages(engine, loaded, {
      ...options,
      resolveBase: (reference) => resolveBase(engine, reference, progress),
    }),
  );
}
