import type Docker from 'dockerode';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheRoot } from '../../places.ts';
import type { HostMechanism } from './node.ts';

/** Where set-up keeps Docker's seccomp list with what systemd's hardened units need. */
export const seccompFile = (): string => join(cacheRoot(), 'seccomp', 'systemd-node.json');

const Info = z.object({ CgroupVersion: z.string().optional() });

/** What the engine's host gives a node that boots systemd. */
export async function hostMechanism(engine: Docker): Promise<HostMechanism> {
  const info = Info.parse(await engine.info());
  const file = seccompFile();
  return {
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    seccompProfile: existsSync(file) ? JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))) : null,
  };
}
