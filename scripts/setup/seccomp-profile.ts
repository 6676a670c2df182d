import { execa } from 'execa';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { seccompFile } from '../../infra/components/docker/host.ts';
import type { Progress } from '../progress.ts';
import { downloadPackage } from './debian-packages.ts';

/** Debian's package of Docker's and Podman's common parts carries the default list. */
const debianPackage = 'golang-github-containers-common';
/** What systemd's hardened units need on top: namespaces of their own, and mounts inside them (mechanisms §10). */
const needed = ['unshare', 'mount'];

const Profile = z.looseObject({
  syscalls: z.array(z.looseObject({ names: z.array(z.string()), action: z.string() })),
});

/** False where the list cannot be had: hardened units then lose PrivateUsers, and doctor says so. */
export async function ensureSeccompProfile(progress: Progress): Promise<boolean> {
  if (existsSync(seccompFile())) return true;
  if (!existsSync('/usr/bin/apt-get')) return false;
  return await progress.step("derive the seccomp profile of systemd nodes from Docker's", async (step) => {
    const list = await fromDebian();
    if (list === null) {
      step.update('not to be had: units with PrivateUsers= will not start');
      return false;
    }
    const profile = Profile.parse(JSON.parse(list));
    const extended = {
      ...profile,
      syscalls: [...profile.syscalls, { names: needed, action: 'SCMP_ACT_ALLOW', args: [] }],
    };
    mkdirSync(dirname(seccompFile()), { recursive: true });
    writeFileSync(seccompFile(), JSON.stringify(extended));
    return true;
  });
}

async function fromDebian(): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-seccomp-'));
  try {
    await downloadPackage(debianPackage, folder);
    const [deb = ''] = readdirSync(folder);
    await execa('dpkg-deb', ['-x', deb, 'unpacked'], { cwd: folder });
    return readFileSync(join(folder, 'unpacked/usr/share/containers/seccomp.json'), 'utf8');
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
