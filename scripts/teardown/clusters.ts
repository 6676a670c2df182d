import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HostError, messageOf } from '../../infra/errors.ts';
import { stateRoot } from '../../infra/places.ts';
import { labelledObjects, takeInventory, type KnownCluster } from './inventory.ts';
import { readLeases } from './lease-store.ts';
import { localProcesses } from './process-table.ts';
import { removeForgottenBindings } from './pulumi-stack.ts';
import type { RunEngine } from './tear-down.ts';

/** Every cluster that this engine or this state folder knows of: the caller's, other owners', plain Pulumi's. */
export async function listClusters(engine: RunEngine): Promise<readonly KnownCluster[]> {
  return takeInventory({
    objects: await engineObjects(engine),
    leases: readLeases(),
    stacks: boundStacks(),
    owner: null,
    engine: engine.description,
    nowMs: Date.now(),
    table: localProcesses(),
  });
}

/** Bound values, keys among them, go with their stack: where Pulumi emptied it, it could not tell us. */
export async function forgetEmptyStacks(engine: RunEngine): Promise<void> {
  await removeForgottenBindings(
    async () => new Set((await listClusters(engine)).flatMap(({ stack }) => stack ?? [])),
  );
}

async function engineObjects({ docker, description }: RunEngine): ReturnType<typeof labelledObjects> {
  try {
    return await labelledObjects(docker);
  } catch (cause) {
    const why = messageOf(cause);
    throw new HostError('engine', `the Docker Engine at ${description} does not answer: ${why}`, {
      hint: why.includes('EACCES') ? 'ask for the group "docker", or use sudo' : 'understudy doctor',
      cause,
    });
  }
}

/** Only what is needed of bound.json: whose run and stack it is. */
const Binding = z.object({ runId: z.string(), stack: z.string() });

function boundStacks(): ReadonlyMap<string, string> {
  const folder = join(stateRoot(), 'runs');
  return new Map(
    namesIn(folder).flatMap((name) => {
      const binding = readBinding(join(folder, name, 'bound.json'));
      return binding === null ? [] : [[binding.runId, binding.stack] as const];
    }),
  );
}

function readBinding(path: string): z.infer<typeof Binding> | null {
  try {
    return Binding.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null; // being written or removed at this moment
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
