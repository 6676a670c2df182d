import { existsSync, readdirSync, readFileSync, rmSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { stateRoot } from '../../infra/places.ts';

/**
 * What a run's stack has on disk, all of it, and nothing of any other stack. `pulumi stack rm --force` takes 1 to 2 s
 * and refuses a stack whose lock a killed engine left behind, so the files are removed as the file backend itself does
 * (pkg/v3 v3.256.0, backend/diy: store.go StackBasePath, HistoryDir, BackupDir; lock.go stackLockDir; stack_tags.go).
 * Below `<backend>/.pulumi`, with P the project and S the stack:
 *
 * - `stacks/P/S.json`, `.json.bak`, `.json.gz`, `.json.zst`, their `.attrs`, `.<nanoseconds>.tmp` of a killed write
 * - `stacks/P/S.pulumi-tags` (and `.attrs`)
 * - `history/P/S/`, `backups/P/S/`
 * - `locks/organization/P/S/` (one file for each engine at work)
 *
 * and beside the backend what binding wrote: `stateRoot()/runs/S/` (bound.json with the run's keys).
 * Only for stacks of runs, whose engine is ours or dead: `dev` and its like belong to `pulumi destroy`.
 */
export function stackFiles(stack: string): readonly string[] {
  const backend = join(stateRoot(), 'pulumi', '.pulumi');
  const stacks = join(backend, 'stacks');
  const perProject = foldersIn(stacks).flatMap((project) => [
    ...filesOfStack(join(stacks, project), stack),
    join(backend, 'history', project, stack),
    join(backend, 'backups', project, stack),
  ]);
  const locks = join(backend, 'locks', 'organization');
  const perLockedProject = foldersIn(locks).map((project) => join(locks, project, stack));
  return [...perProject, ...perLockedProject, join(stateRoot(), 'runs', stack)].filter((path) =>
    existsSync(path),
  );
}

export function removeStack(stack: string): void {
  for (const path of stackFiles(stack)) rmSync(path, { recursive: true, force: true });
}

/**
 * Removes the bound values of stacks that `pulumi destroy` emptied or `pulumi stack rm` removed: neither knows of them.
 * `inUse` is asked after looking, so that a run which is just beginning (leased, then bound, then a stack) is never taken
 * for forgotten.
 */
export async function removeForgottenBindings(inUse: () => Promise<ReadonlySet<string>>): Promise<void> {
  const runs = join(stateRoot(), 'runs');
  const bound = foldersIn(runs);
  const used = await inUse();
  for (const stack of bound) {
    if (!used.has(stack) && !mayHoldSomething(stack))
      rmSync(join(runs, stack), { recursive: true, force: true });
  }
}

const State = z.object({
  checkpoint: z.object({
    latest: z
      .object({
        resources: z.array(z.unknown()).default([]),
        pending_operations: z.array(z.unknown()).nullish(),
      })
      .nullish(),
  }),
});

/** An engine is at work on it (an update that begins has no resource yet), or its state holds a resource, or may. */
function mayHoldSomething(stack: string): boolean {
  const backend = join(stateRoot(), 'pulumi', '.pulumi');
  const locks = join(backend, 'locks', 'organization');
  if (foldersIn(locks).some((project) => entriesOf(join(locks, project, stack)).length > 0)) return true;
  const stacks = join(backend, 'stacks');
  return foldersIn(stacks).some((project) =>
    ['.json', '.json.gz', '.json.zst'].some((ending) => {
      const file = join(stacks, project, `${stack}${ending}`);
      return existsSync(file) && !isEmptyState(file);
    }),
  );
}

function isEmptyState(file: string): boolean {
  try {
    const { latest } = State.parse(JSON.parse(readFileSync(file, 'utf8'))).checkpoint;
    return (latest?.resources.length ?? 0) + (latest?.pending_operations?.length ?? 0) === 0;
  } catch {
    return false; // compressed, or of another version: whatever it holds, it is not ours to say
  }
}

function filesOfStack(folder: string, stack: string): readonly string[] {
  return entriesOf(folder)
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`${stack}.json`) || name.startsWith(`${stack}.pulumi-tags`))
    .map((name) => join(folder, name));
}

function foldersIn(folder: string): readonly string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // the backend was never used
  }
}
