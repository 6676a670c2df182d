import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { mayInstall, refuseToInstall } from '../../scripts/setup/installing.ts';
import { installPackages, isInstalled } from '../../scripts/setup/debian-packages.ts';

/** Debian's own; its fonts are only recommended by it, and a page without a font is all boxes. */
const packages = ['chromium', 'fonts-dejavu-core'] as const;

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

/** Brings Chromium where that is allowed; otherwise the reason why there is none. */
export async function ensureBrowser(): Promise<{ readonly path: string } | { readonly missing: string }> {
  if (!(await isInstalled('chromium'))) {
    if (!mayInstall()) {
      const { message, hint } = refuseToInstall('chromium', `apt-get install ${packages.join(' ')}`);
      return { missing: `${message} (${hint})` };
    }
    await installPackages(packages);
  }
  return { path: (await execa('sh', ['-c', 'command -v chromium'])).stdout };
}

/** A browser of its own, with nothing in it that another one left. */
export async function openBrowser(
  executablePath: string,
): Promise<BrowserContext & { readonly [Symbol.asyncDispose]: () => Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'understudy-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    hasTouch: true,
    args: [...flags],
  });
  return Object.assign(context, {
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  });
}
