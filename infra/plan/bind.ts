import type { BoundPlan, BoundRun, LoadedPlan, Plan } from './plan.ts';
import { addressIn, type Subnet } from './subnet.ts';
import type { SshKeyPair } from './ssh-key.ts';

export interface RunIdentity {
  readonly runId: string;
  readonly stack: string;
  readonly owner: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly maxTtlMs: number | null;
}

export interface RunKeys {
  readonly account: SshKeyPair;
  readonly hosts: Readonly<Record<string, SshKeyPair>>;
}

/** Adds to a plan what only this run has. Pure: chance and clock are in the arguments. */
export function bindRun(
  { plan, hashes, specFile }: LoadedPlan,
  identity: RunIdentity,
  subnet: Subnet,
  keys: RunKeys,
): BoundRun {
  return {
    schema: 1,
    ...identity,
    planHash: hashes.planHash,
    specFile,
    variables: plan.variables,
    subnet,
    addresses: Object.fromEntries(plan.nodes.map(({ name, host }) => [name, addressIn(subnet.ipv4, host)])),
    ssh: { ...keys.account, hostKeys: { ...keys.hosts } },
  };
}

export function boundPlan(loaded: LoadedPlan, run: BoundRun): BoundPlan {
  return {
    loaded,
    run,
    labels: {
      'dev.understudy.run': run.runId,
      'dev.understudy.owner': run.owner,
      'dev.understudy.created': run.created,
      'dev.understudy.cluster': loaded.plan.cluster,
      'dev.understudy.maxttl': run.maxTtlMs === null ? '' : String(run.maxTtlMs),
    },
  };
}

/** Every node by name and address, as ssh's known_hosts wants it. */
export function knownHosts(plan: Plan, run: BoundRun): string {
  return plan.nodes
    .filter(({ init }) => init === 'systemd')
    .map(({ name, role }) => {
      const key = run.ssh.hostKeys[name]?.publicKey.split(' ').slice(0, 2).join(' ') ?? '';
      const alias = plan.nodes.filter((one) => one.role === role).length === 1 ? `,${role}` : '';
      return `${name}${alias},${run.addresses[name] ?? ''} ${key}\n`;
    })
    .join('');
}
