import type Docker from 'dockerode';
import { join } from 'node:path';
import { builtImage } from '../../images/inputs-hash.ts';
import { packageRoot } from '../../infra/places.ts';
import { loadStackImage } from '../../infra/plan/load-plan.ts';
import type { Progress } from '../progress.ts';
import { imagesReady } from './images.ts';

/** The side-car's image, built once; set-up asks for it, so that a rehearsal needs no network. Returns its name. */
export async function ensureToolbox(
  engine: Docker,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { inputsHash, stacks, contents } = loadStackImage(join(packageRoot, 'images/toolbox'));
  await imagesReady(engine, { plan: { stacks, nodes: [] }, contents }, progress, { signal });
  return builtImage(inputsHash);
}
