import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../../infra/errors.ts';
import type { Progress } from '../progress.ts';
import { engineFolder, pulumiVersion } from '../../infra/pulumi-environment.ts';

/** The vendor's release files; a closed network refuses them at once. */
const releases = `https://github.com/pulumi/pulumi/releases/download/v${pulumiVersion}`;
const connectDeadlineMs = 3_000;
const downloadDeadlineMs = 600_000;

/** Downloads engine and language host, checksum verified. False where the vendor cannot be reached. */
export async function downloadEngine(progress: Progress): Promise<boolean> {
  const sums = await text(`${releases}/pulumi-${pulumiVersion}-checksums.txt`);
  if (sums === null) return false;
  const name = `pulumi-v${pulumiVersion}-linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}.tar.gz`;
  const expected = new RegExp(`^([0-9a-f]{64})\\s+${name.replaceAll('.', '\\.')}$`, 'm').exec(sums)?.[1];
  await progress.step(`download Pulumi ${pulumiVersion}`, async () => {
    const answer = await fetch(`${releases}/${name}`, { signal: AbortSignal.timeout(downloadDeadlineMs) });
    const archive = Buffer.from(await answer.arrayBuffer());
    const actual = createHash('sha256').update(archive).digest('hex');
    if (actual !== expected) {
      throw new HostError(
        'checksum',
        `${name} has checksum ${actual}, the vendor lists ${expected ?? 'none'}`,
        { hint: 'do not use it; try again later' },
      );
    }
    await unpack(archive);
  });
  return true;
}

async function text(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(connectDeadlineMs) });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null; // refused or too slow: the next way is a build
  }
}

async function unpack(archive: Buffer): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-pulumi-'));
  try {
    const file = join(folder, 'pulumi.tar.gz');
    writeFileSync(file, archive);
    await execa('tar', ['-xzf', file, '-C', folder]);
    mkdirSync(engineFolder(), { recursive: true });
    for (const name of readdirSync(join(folder, 'pulumi'))) {
      const target = join(engineFolder(), name);
      if (!existsSync(target)) cpSync(join(folder, 'pulumi', name), target);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
