import { existsSync } from 'node:fs';
import type { Progress } from '../../scripts/progress.ts';
import { installPackages, isInstalled } from '../../scripts/setup/debian-packages.ts';
import { mayInstall, refuseToInstall } from '../../scripts/setup/installing.ts';

export const emulator = 'qemu-system-x86_64';
const debianPackage = 'qemu-system-x86';

/** @throws HostError (69) where QEMU is missing and may not be installed. */
export async function ensureEmulator(progress: Progress): Promise<void> {
  if (await isInstalled(emulator)) return;
  if (!mayInstall() || !existsSync('/usr/bin/apt-get'))
    throw refuseToInstall('QEMU', `apt-get install -y --no-install-recommends ${debianPackage}`);
  await progress.step(`install ${debianPackage} (Debian package)`, async () =>
    installPackages([debianPackage]),
  );
}
