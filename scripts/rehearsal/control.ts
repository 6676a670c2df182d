import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type Docker from 'dockerode';
import { z } from 'zod';
import { contentDigest } from '../../infra/components/docker/content-digest.ts';
import { keepCached, readCached } from '../../infra/cache-file.ts';
import { imageName } from '../../infra/components/docker/names.ts';
import { digestOf } from '../../infra/plan/canonical.ts';
import type { LoadedPlan } from '../../infra/plan/plan.ts';
import { cacheRoot } from '../../infra/places.ts';
import { folderDigest } from '../suite/folder-digest.ts';
import { makerLabels } from '../teardown/maker.ts';
import { ControlResult } from '../verdict/control-result.ts';
import type { Golden } from '../suite/suite-run.ts';

/** What a control stands for: the plan without faults, the content of every image in it, and that of every suite. */
export async function controlKey(
  engine: Docker,
  { plan, hashes }: LoadedPlan,
  suites: readonly string[],
): Promise<string> {
  const names = [...new Set(plan.nodes.map(({ image }) => imageName(image)))].sort();
  const digests = await Promise.all(names.map((name) => cachedDigest(engine, name)));
  return digestOf({ control: hashes.controlHash, digests, suites });
}

/**
 * Digest of each suite's folder. The spec counts by what it plans, and the JUnit files that any of the suites promised are written
 * anew by each run.
 */
export function suiteDigests({
  plan: { suites },
  specFile,
}: Pick<LoadedPlan, 'specFile'> & { readonly plan: Pick<LoadedPlan['plan'], 'suites'> }): readonly string[] {
  const folder = dirname(specFile);
  const written = suites.flatMap(({ dir, junit }) =>
    junit === undefined ? [] : [resolve(folder, dir, junit)],
  );
  const except = new Set([resolve(specFile), ...written]);
  return suites.map(({ dir }) => folderDigest(resolve(folder, dir), except));
}

/**
 * Golden results come from a run without faults: it records them, and a degraded run compares with what its control
 * recorded. Without a control (`--control never`) a degraded run does neither.
 */
export function goldenOf({
  degraded,
  recorded,
  runFolder,
}: {
  readonly degraded: boolean;
  /** Where the control recorded; null without one. */
  readonly recorded: string | null;
  readonly runFolder: string;
}): Golden {
  if (degraded && recorded !== null) return { mode: 'compare', folder: recorded };
  return { mode: degraded ? 'none' : 'record', folder: join(runFolder, 'golden') };
}

/** Golden results of the control's suites live beside it. */
export const goldenFolder = (key: string): string => join(cacheRoot(), 'controls', key, 'golden');

/** null where there is none, or none that this version can read: it is made again. */
export function readControl(key: string): ControlResult | null {
  return readCached(controlFile(key), ControlResult);
}

/**
 * Only a pass is worth keeping: a failure must be seen again. `recorded` is what its suites wrote into the run folder;
 * until here it is nobody's golden result. Returns where golden results are from now on.
 */
export function keepControl(key: string, result: ControlResult, recorded: string): string {
  if (result.verdict !== 'pass') return recorded;
  const golden = goldenFolder(key);
  const part = `${golden}.${process.pid}.part`;
  mkdirSync(part, { recursive: true, mode: 0o700 });
  if (existsSync(recorded)) cpSync(recorded, part, { recursive: true });
  rmSync(golden, { recursive: true, force: true });
  renameSync(part, golden);
  keepCached(controlFile(key), result);
  return golden;
}

const controlFile = (key: string): string => join(cacheRoot(), 'controls', key, 'control.json');

const ContentDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** An image id never changes its content, so its digest is computed once. */
async function cachedDigest(engine: Docker, name: string): Promise<string> {
  const { Id } = await engine.getImage(name).inspect();
  const file = join(cacheRoot(), 'content-digests', `${Id.replace('sha256:', '')}.json`);
  const known = readCached(file, ContentDigest);
  if (known !== null) return known;
  const digest = await contentDigest(engine, name, makerLabels());
  keepCached(file, digest);
  return digest;
}
