import type Docker from 'dockerode';
import { execa } from 'execa';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { presentBase, standInName } from '../../infra/components/docker/base.ts';
import { HostError, messageOf } from '../../infra/errors.ts';
import { packageRoot } from '../../infra/places.ts';
import { loadStack } from '../../infra/spec/load.ts';
import type { Progress } from '../progress.ts';
import { installPackages, isInstalled } from './debian-packages.ts';
import { debianRelease, knownReleases } from './debian-release.ts';
import { mayInstall } from './installing.ts';

/** The reference by digest that every bundled stack is built on. */
export const declaredBase = (): string => loadStack(join(packageRoot, 'images/base')).base;

/**
 * The name by which a base can be built on: itself where it is here or can be pulled, else (for Debian's) a stand-in
 * made by mmdebstrap and labelled with what it stands in for.
 */
export async function resolveBase(engine: Docker, reference: string, progress: Progress): Promise<string> {
  const present = await presentBase(engine, reference);
  if (present !== null) return present;
  const refusal = await pull(engine, reference);
  if (refusal === null) return reference;
  const release = debianRelease(reference);
  if (release === null) {
    throw new HostError('base-missing', `base ${reference} cannot be pulled: ${refusal}`, {
      hint: `load it with "docker load", or name another base; where no registry answers, a stand-in is made for debian: tags that name one of ${knownReleases}`,
    });
  }
  return await progress.step(
    `make a Debian base of ${release} with mmdebstrap (no registry answers)`,
    async () => await bootstrap(reference, release),
  );
}

async function pull(engine: Docker, reference: string): Promise<string | null> {
  try {
    const stream = await engine.pull(reference);
    await new Promise<void>((resolve, reject) => {
      engine.modem.followProgress(stream, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function bootstrap(reference: string, release: string): Promise<string> {
  if (!(await isInstalled('mmdebstrap'))) {
    if (!mayInstall()) {
      throw new HostError('base-missing', `base ${reference} cannot be pulled, and mmdebstrap is missing`, {
        hint: 'apt-get install mmdebstrap',
      });
    }
    await installPackages(['mmdebstrap']);
  }
  const folder = mkdtempSync(join(tmpdir(), 'understudy-base-'));
  try {
    const archive = join(folder, 'base.tar');
    // A fixed epoch: two bootstraps of the same packages give the same files.
    await execa(
      'mmdebstrap',
      ['--quiet', '--variant=minbase', '--include=ca-certificates', release, archive],
      { env: { SOURCE_DATE_EPOCH: '1700000000' } },
    );
    const name = standInName(reference);
    await execa('docker', ['import', '--change', `LABEL dev.understudy.base=${reference}`, archive, name]);
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
