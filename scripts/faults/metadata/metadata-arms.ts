import { createHash } from 'node:crypto';
import { HostError, messageOf } from '../../../infra/errors.ts';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isEvictionFault, type EvictionFault } from '../../../infra/spec/fault.ts';
import { allDone } from '../../all-done.ts';
import { noScaffolding, type Scaffolding } from '../side-car/scaffolding.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

/** Where EC2 has it, and where every program looks for it. */
export const metadataAddress = '169.254.169.254';
const holdId = 'metadata';
/** By which the address and the route below are known as ours, and taken away: what somebody else put there stays. */
const ownLabel = ['label', 'lo:understudy'] as const;
const ownProtocol = ['proto', '80'] as const;

/** How a service stands on a node, as its fingerprint shows it. */
const standing: Scaffolding = {
  come: [
    /^address lo inet 169\.254\.169\.254\/32 /,
    /^route local 169\.254\.169\.254 dev lo /,
    /^route blackhole 169\.254\.169\.254\b/,
    /^listener .* 169\.254\.169\.254:80 /,
  ],
  gone: [],
};

/** The metadata service of each node that faults of eviction are on, from before any fault until after the last. */
export class MetadataArms {
  readonly #victims: readonly Victim[];
  readonly #armed = new Map<string, Served>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  async arm(faults: readonly ScheduledFault[]): Promise<void> {
    const asked = faults.flatMap(({ fault, targets }) =>
      isEvictionFault(fault)
        ? targets.map((node) => [node, { imdsv2: fault.imdsv2, machines: 1 }] as const)
        : [],
    );
    await allDone([...new Map(asked)].map(async ([node, served]) => this.#serve(node, served)));
  }

  /** The node has started anew, with another side-car; `isReplaced`: and is another machine. */
  async rearm(node: string, isReplaced: boolean): Promise<void> {
    const served = this.#armed.get(node);
    if (served === undefined) return;
    await this.#serve(node, { ...served, machines: served.machines + (isReplaced ? 1 : 0) });
  }

  scaffolding(node: string): Scaffolding {
    return this.#armed.has(node) ? standing : noScaffolding;
  }

  async release(ended: ReadonlySet<string>): Promise<void> {
    const there = [...this.#armed.keys()].filter((node) => !ended.has(node));
    await allDone(
      there.map(async (node) => {
        await victimNamed(this.#victims, node).hold.heal(holdId);
        this.#armed.delete(node);
      }),
    );
  }

  /**
   * Undone the other way round: as long as anybody might ask, the address is the node's own; without it, what goes there
   * ends at the blackhole below, and then at the unreachable routes of every node (scripts/rehearsal/isolation.ts).
   */
  async #serve(node: string, served: Served): Promise<void> {
    const { hold, address: own } = victimNamed(this.#victims, node);
    this.#armed.set(node, served);
    const route = ['blackhole', `${metadataAddress}/32`, ...ownProtocol];
    hold.undo(holdId, ['ip', 'route', 'del', ...route]);
    await hold.do(['ip', 'route', 'add', ...route]);
    const onLo = [`${metadataAddress}/32`, 'dev', 'lo', ...ownLabel];
    hold.undo(holdId, ['ip', 'addr', 'del', ...onLo]);
    await hold.do(['ip', 'addr', 'add', ...onLo]);
    const words = Object.entries(metadataOf(node, own, served.machines)).map(
      ([path, text]) => `${path}=${text}`,
    );
    try {
      await hold.start(holdId, ['imds', 'serve', served.imdsv2, metadataAddress, ...words]);
    } catch (error) {
      throw new HostError('metadata', `${node} cannot have a metadata service: ${messageOf(error)}`, {
        hint: 'let its software listen on an address of its own, or put the faults of eviction on other nodes',
        cause: error,
      });
    }
  }
}

interface Served {
  readonly imdsv2: EvictionFault['imdsv2'];
  /** How many there have been in the node's place, this one among them. */
  readonly machines: number;
}

/** Pure: what a node's metadata service says of it, by path. Nothing in it is secret, and no credentials are there. */
export function metadataOf(
  node: string,
  ownAddress: string,
  machines: number,
): Readonly<Record<string, string>> {
  const number = createHash('sha256').update(`${node}/${machines}`).digest('hex');
  const zone = createHash('sha256').update(node).digest()[0] ?? 0;
  return {
    'instance-id': `i-0${number.slice(0, 16)}`,
    'instance-type': 't3.medium',
    'instance-life-cycle': 'spot',
    'placement/region': 'us-east-1',
    'placement/availability-zone': `us-east-1${'abc'[zone % 3] ?? 'a'}`,
    hostname: node,
    'local-hostname': node,
    'local-ipv4': ownAddress,
  };
}
