import type Docker from 'dockerode';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheRoot } from '../../places.ts';

/** How systemd nodes run on this engine; measured by set-up, never assumed. */
export interface HostMechanism {
  readonly cgroupVersion: 1 | 2;
  /** Docker's default profile with `unshare` and `mount` allowed, as JSON; null: hardened units lose PrivateUsers. */
  readonly seccompProfile: string | null;
}

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

/** Where Debian and Ubuntu keep what a machine trusts beside the public certificates (update-ca-certificates(8)). */
const ownCertificatesFolder = '/usr/local/share/ca-certificates';

/** The certificates of that folder as PEM, empty where there is none: a build behind a company's proxy needs them. */
export function ownCertificates(): string {
  if (!existsSync(ownCertificatesFolder)) return '';
  return readdirSync(ownCertificatesFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.crt'))
    .sort()
    .map((name) => readFileSync(join(ownCertificatesFolder, name), 'utf8'))
    .join('\n');
}
