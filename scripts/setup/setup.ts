import type Docker from 'dockerode';
import { hostMechanism } from '../../infra/components/docker/host.ts';
import type { HostMechanism } from '../../infra/components/docker/host.ts';
import { ensureToolbox } from './toolbox.ts';
import type { Progress } from '../progress.ts';
import { declaredBase, resolveBase } from './base-image.ts';
import { ensureDocker } from './docker-engine.ts';
import { ensurePulumi } from './pulumi-engine.ts';
import { ensureSeccompProfile } from './seccomp-profile.ts';

/** All that a rehearsal needs of this machine. */
export interface Readiness {
  readonly engine: Docker;
  readonly host: HostMechanism;
  /** Image of the fault side-car. */
  readonly toolbox: string;
}

/** Brings what is missing, in this order; costs a few file checks and two calls on the engine where nothing is. */
export async function ensureReady(progress: Progress): Promise<Readiness> {
  const engine = await ensureDocker(progress);
  // A build goes on for minutes: where another step fails, nobody waits for its end.
  const failed = new AbortController();
  try {
    await Promise.all([
      ensurePulumi(progress, failed.signal),
      ensureSeccompProfile(progress),
      resolveBase(engine, declaredBase(), progress),
    ]);
  } catch (error) {
    failed.abort();
    throw error;
  }
  const toolbox = await progress.step('the side-car image', async () =>
    ensureToolbox(engine, progress, new AbortController().signal),
  );
  return { engine, toolbox, host: await hostMechanism(engine) };
}
