import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { HostError } from '../errors.ts';
import { stateRoot } from '../places.ts';
import { bindRun, type RunIdentity } from './bind.ts';
import type { BoundRun, LoadedPlan } from './plan.ts';
import { hostRoutes } from './routes.ts';
import { generateSshKey } from './ssh-key.ts';
import { chooseSubnet, overlaps, type TakenNetwork } from './subnet.ts';

const KeyPair = z.strictObject({ privateKey: z.string(), publicKey: z.string() });
const StoredRun = z.strictObject({
  schema: z.literal(1),
  runId: z.string(),
  stack: z.string(),
  owner: z.string(),
  created: z.string(),
  maxTtlMs: z.number().nullable(),
  planHash: z.string(),
  specFile: z.string(),
  variables: z.record(z.string(), z.string()),
  subnet: z.strictObject({ ipv4: z.string(), gateway4: z.string() }),
  addresses: z.record(z.string(), z.string()),
  ssh: z.strictObject({ ...KeyPair.shape, hostKeys: z.record(z.string(), KeyPair) }),
});

/** Where the bound values of a stack lie: beside the stack's state, and gone with it. */
export function boundRunFile(stack: string): string {
  return join(stateRoot(), 'runs', stack, 'bound.json');
}

/**
 * The bound values of a stack: read where they were written before, so that a second `up` changes nothing and an
 * interrupted first one goes on; made and written (0600) before the first resource otherwise. Where a stack was emptied
 * (`isUp` false) it keeps keys and, while it is free, subnet; its time to live begins anew.
 * @throws HostError (69) where the address pool has no free subnet.
 */
export function loadOrCreateBoundRun(
  loaded: LoadedPlan,
  identity: Omit<RunIdentity, 'owner'>,
  engineNetworks: readonly TakenNetwork[],
  { isUp }: { readonly isUp: boolean } = { isUp: true },
): BoundRun {
  const file = boundRunFile(identity.stack);
  const stored = readBoundRun(identity.stack);
  const { plan } = loaded;
  const taken = [...hostRoutes(), ...engineNetworks];
  if (stored !== null && coversEveryNode(stored, loaded)) {
    if (isUp) return stored;
    if (taken.every(({ cidr }) => !overlaps(cidr, stored.subnet.ipv4))) {
      const again = { ...stored, created: identity.created, maxTtlMs: identity.maxTtlMs };
      write(file, again);
      return again;
    }
  }
  const subnet = chooseSubnet(plan.pool.ipv4, taken, randomBytes(2).readUInt16BE());
  if ('blocking' in subnet) {
    throw new HostError('pool-full', `no subnet of ${plan.pool.ipv4} is free`, {
      hint: `held by ${subnet.blocking.map(({ cidr, holder }) => `${cidr} (${holder})`).join(', ')}; end what is not needed, or give the spec another pool`,
    });
  }
  const keys = {
    account: generateSshKey('understudy'),
    hosts: Object.fromEntries(plan.nodes.map(({ name }) => [name, generateSshKey(name)])),
  };
  const run = bindRun(loaded, { ...identity, owner: owner() }, subnet, keys);
  write(file, run);
  return run;
}

/** This user on this machine: what reap calls "yours". */
export function owner(): string {
  return `${userInfo().username}@${hostname()}`.replaceAll(/[^A-Za-z0-9@._-]/g, '-');
}

function coversEveryNode(run: BoundRun, { plan }: LoadedPlan): boolean {
  return plan.nodes.every(({ name }) => name in run.addresses && name in run.ssh.hostKeys);
}

/** null where nothing was bound yet. */
export function readBoundRun(stack: string): BoundRun | null {
  const file = boundRunFile(stack);
  if (!existsSync(file)) return null;
  try {
    return StoredRun.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} cannot be read`, { cause: error });
  }
}

function write(file: string, run: BoundRun): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.part`, JSON.stringify(run), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

export function removeBoundRun(stack: string): void {
  rmSync(dirname(boundRunFile(stack)), { recursive: true, force: true });
}
