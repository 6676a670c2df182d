import { z } from 'zod';
import { drawFor } from '../../infra/plan/seed.ts';
import { driverOf } from '../../scripts/faults/fault-driver.ts';
import { HealProof } from '../../scripts/faults/heal/heal-proof.ts';
import { Injector } from '../../scripts/faults/injector.ts';
import { layers } from '../../scripts/faults/layers.ts';
import { LinkDriver, linkMechanism } from '../../scripts/faults/links/link-driver.ts';
import { LinkWatch } from '../../scripts/faults/network/link-watch.ts';
import { receiptsOf } from '../../scripts/faults/session-receipts.ts';
import type { Abilities } from '../../scripts/faults/side-car/abilities.ts';
import { Hold } from '../../scripts/faults/side-car/hold.ts';
import type { Victim } from '../../scripts/faults/victim/victim.ts';
import { InForce } from '../../scripts/faults/watch/in-force.ts';
import { Receipt } from '../../scripts/verdict/receipt.ts';
import { bareVictim } from '../support/fake-victim.ts';
import type { Machine } from './machine.ts';
import { nodes, type Round } from './rounds.ts';

const seed = 1;
const none: ReadonlySet<string> = new Set();

export const RoundRun = z.strictObject({
  name: z.string(),
  at: z.iso.datetime(),
  tookMs: z.int(),
  receipts: z.array(Receipt),
  /** What was not as before, once all was healed. */
  leftovers: z.array(z.string()),
  /** What the kernels of nodes said that they had, with all of it in force: told, and not what receipts go by. */
  inForce: z.array(z.string()),
});
export type RoundRun = z.infer<typeof RoundRun>;

/**
 * The faults of one round as a rehearsal has them: the same driver over the same lease, the same probes, judgement, receipts
 * and proof of the heal. Only nodes are the machine's.
 */
export async function ranOn(
  machine: Machine,
  { name, faults }: Round,
  abilities: Abilities,
  signal: AbortSignal,
): Promise<RoundRun> {
  const [at, began] = [new Date().toISOString(), performance.now()];
  const victims = await Promise.all(nodes.map(async (node) => victimOf(machine, node, abilities)));
  try {
    const driver = driverOf(victims);
    const inForce = new InForce();
    const injector = new Injector(
      driver,
      { recorder: { record: () => undefined }, onCounted: () => undefined },
      victims,
      inForce,
      () => performance.now() - began,
    );
    const watch = new LinkWatch(victims, faults, inForce, signal, drawFor(seed, 'bystanders'));
    const proof = await HealProof.take(victims, faults);
    await watch.begin();
    for (const layer of layers(faults)) {
      for (const fault of layer) await injector.inject(fault, watch, signal, none);
      await watch.layer(layer);
    }
    const standing = await Promise.all(victims.map(standingOn));
    for (const fault of injector.active.toReversed()) await injector.heal(fault, [watch], none);
    const before = await proof.leftovers(none, (node) => driver.scaffolding(node));
    await driver.release();
    const leftovers = [...new Set([...before, ...(await proof.leftovers(none))])];
    await watch.finish();
    const { realised, everBegun: begun } = injector;
    const told = { realised, begun, leftovers, ended: none, abilities };
    return {
      ...{ name, at, leftovers, inForce: standing.flat() },
      tookMs: Math.round(performance.now() - began),
      receipts: faults.flatMap((fault) => receiptsOf(fault, watch.judge(), told)),
    };
  } finally {
    await Promise.all(victims.map(async (victim) => victim.disarm()));
  }
}

async function victimOf(
  machine: Machine,
  { name, address }: (typeof nodes)[number],
  abilities: Abilities,
): Promise<Victim> {
  const sideCar = machine.sideCar(name);
  const hold = await Hold.open(sideCar);
  const links = new LinkDriver(hold, () => String(seed), linkMechanism(abilities));
  return bareVictim({ node: name, address, access: sideCar, sideCar, hold, links });
}

async function standingOn({ node, sideCar }: Victim): Promise<readonly string[]> {
  const listings = ['qdisc', 'class'].map(async (what) => {
    const { stdout } = await sideCar.exec(['tc', what, 'show', 'dev', 'eth0'], { timeoutMs: 10_000 });
    return stdout.split('\n').map((line) => line.trim());
  });
  return (await Promise.all(listings))
    .flat()
    .filter((line) => line !== '')
    .map((line) => `${node}: ${line}`);
}
