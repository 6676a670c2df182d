import { execa } from 'execa';
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../infra/errors.ts';
import { cacheRoot } from '../../infra/places.ts';
import type { Progress } from '../../scripts/progress.ts';
import { downloadPackage } from '../../scripts/setup/debian-packages.ts';

/** Whatever Debian's current kernel for virtual machines is. */
const metapackage = 'linux-image-cloud-amd64';

/** Debian's kernel for virtual machines, unpacked and not installed. */
export interface CloudKernel {
  /** `uname -r`. */
  readonly release: string;
  /** With boot/ and lib/modules/ as the package has them. */
  readonly folder: string;
  /** A static busybox of the same Debian: modules are loaded by it, since the toolbox has no use for kmod. */
  readonly busybox: string;
}

/**
 * The kernel that was fetched before, else the one that Debian has now.
 * @throws HostError (69) where it cannot be had.
 */
export async function cloudKernel(progress: Progress): Promise<CloudKernel> {
  if (process.arch !== 'x64')
    throw new HostError('architecture', `${metapackage} runs on x64, and this host is ${process.arch}`, {
      hint: 'run it on an x86-64 machine',
    });
  const folder = join(cacheRoot(), 'netem', 'kernel');
  if (!existsSync(folder)) await progress.step(`fetch ${metapackage}`, async () => fetchKernel(folder));
  const [release = ''] = readdirSync(join(folder, 'lib/modules'));
  return { release, folder, busybox: join(folder, 'bin/busybox') };
}

/** Whole or not at all. */
async function fetchKernel(folder: string): Promise<void> {
  mkdirSync(join(folder, '..'), { recursive: true });
  const part = mkdtempSync(`${folder}-part-`);
  try {
    const names = await fetched(metapackage, part, async (deb) => {
      const { stdout } = await execa('dpkg-deb', ['-f', deb, 'Depends']);
      return stdout.split(/, ?/).map((one) => one.replace(/ .*/, ''));
    });
    const unpacked = join(part, 'unpacked');
    for (const name of [...names, 'busybox-static'])
      await fetched(name, part, async (deb) => execa('dpkg-deb', ['-x', deb, unpacked]));
    renameSync(unpacked, folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

async function fetched<T>(name: string, folder: string, use: (deb: string) => Promise<T>): Promise<T> {
  await downloadPackage(name, folder);
  const [deb = ''] = globSync(`${name}_*.deb`, { cwd: folder });
  return await use(join(folder, deb));
}
