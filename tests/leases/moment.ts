import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { connectEngine } from '../../infra/components/docker/engine.ts';
import type { Plan } from '../../infra/plan/plan.ts';
import { drawFor, shuffled } from '../../infra/plan/seed.ts';
import { nodesOf } from '../../infra/plan/target.ts';
import type { FaultKind } from '../../infra/spec/fault.ts';
import { stateUnder } from '../../scripts/faults/heal/declared-state.ts';
import { kinds } from '../../scripts/faults/kinds/kinds.ts';
import {
  leftovers,
  takeFingerprint,
  type Fingerprint,
  type Fingerprinted,
} from '../../scripts/faults/heal/fingerprint.ts';
import { DockerNode } from '../../scripts/nodes/docker.ts';
import type { NodeAccess } from '../../scripts/nodes/node.ts';
import { RunnerNode } from '../../scripts/nodes/runner.ts';
import { readLease } from '../../scripts/teardown/lease-store.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { labelledObjects } from '../support/engine.ts';
import { everyFault } from '../support/every-kind.ts';
import { startRehearsal, type LiveRun } from '../support/live-run.ts';
import { understudy } from '../support/understudy.ts';
import { until } from '../support/until.ts';
import { writtenSpec } from '../support/written-spec.ts';
import { trimmedTo } from './trimmed-spec.ts';

/** Contracts: a kind that heals by itself is gone this long after its lease was lost. */
const ownDeadlineMs = 10_000;
const watcherDeadlineMs = 30_000;
/** From the first inject on: those that are chosen come one after the other, and are there for as long as the suite of trimmed-spec.ts lasts. */
const latestMs = 30_000;
/** A score of nodes come up, are armed and measured, on a machine that may have other things to do. */
const comesWithinMs = 300_000;
/** Before the first fault is there: what came in between would be missed in the end, and said to be gone. */
const atOnceMs = 5;
/** In one run: of all at once the last would come minutes after the first. */
const atOnce = 10;
const all = everyFault.map(({ kind }) => kind);
const byThemselves = all.filter((kind) => kinds[kind].healedBy === 'node');

/** Who dies at a moment: with the watcher alive the cluster goes, without it the faults must go by themselves. */
export const deaths = ['controller', 'controller and watcher'] as const;

export const Moment = z.strictObject({
  number: z.int(),
  dies: z.enum(deaths),
  /** After the first fault was injected. */
  afterMs: z.int(),
  /** What was in force then, or just coming or going. */
  inForce: z.array(z.string()),
  /** How long until every node was clean, or nothing was left; null where that was not so in time. */
  tookMs: z.int().nullable(),
  /** What was left then; and what a later `reap` left. */
  left: z.array(z.string()),
  at: z.iso.datetime(),
});
export type Moment = z.infer<typeof Moment>;

/** Pure: when the n-th one is, and who dies then. */
export function momentOf(number: number): Pick<Moment, 'number' | 'dies' | 'afterMs'> {
  const dies = deaths[number % deaths.length] ?? 'controller';
  return { number, dies, afterMs: drawFor(number, 'lost lease').integer(0, latestMs) };
}

/** Pure: the kinds of the n-th one: any where the watcher acts, and where nobody does of those that heal by themselves. */
export function kindsOf(number: number): readonly FaultKind[] {
  const from = momentOf(number).dies === 'controller' ? all : byThemselves;
  return shuffled(from, drawFor(number, 'kinds')).slice(0, atOnce);
}

/** Kills a rehearsal at its moment, with faults in force, and waits for what was promised. */
export async function killedAt(number: number): Promise<Moment> {
  const moment = momentOf(number);
  const chosen = kindsOf(number);
  const trimmed = trimmedTo(chosen);
  using spec = writtenSpec({ 'cluster.yaml': trimmed.cluster, 'every-kind.yaml': trimmed.profile });
  const [cluster, profile] = [spec.path('cluster.yaml'), spec.path('every-kind.yaml')];
  const at = new Date().toISOString();
  const { plan } = loadPlan({ cluster, profiles: [profile], seed: 1, set: {}, suites: [] });
  const run = await startRehearsal([cluster, '--profile', profile, '--control', 'never']);
  const isAlone = moment.dies === 'controller and watcher';
  // Where the watcher acts the nodes go with all that is on them.
  const hurt = isAlone ? await beforeAnyFault(run, plan) : null;
  await run.event('"fault.inject"', comesWithinMs);
  await delay(moment.afterMs);
  const watcher = readLease(run.runId)?.watcher?.pid;
  process.kill(-run.pid, 'SIGKILL');
  if (isAlone && watcher !== undefined) process.kill(watcher, 'SIGKILL');
  const killed = performance.now();
  const inForce = kindsIn(readFileSync(join(run.folder, 'events.jsonl'), 'utf8'));
  const { clean, left } =
    hurt === null
      ? await within(watcherDeadlineMs, labelledObjects)
      : await within(ownDeadlineMs, lookAt(hurt));
  const tookMs = clean ? Math.round(performance.now() - killed) : null;
  for (const { sideCar } of hurt ?? []) sideCar.close();
  await understudy(['reap']);
  return { ...moment, inForce, tookMs, left: [...left, ...(await labelledObjects())], at };
}

/** Pure: of the events of a run that broke off; a fault is named by its kind there, without the dot. */
export function kindsIn(events: string): string[] {
  const named = (type: string): readonly string[] =>
    [...events.matchAll(new RegExp(`"type":"${type}","fault":"every-kind/([a-z-]+)"`, 'g'))].map(
      ([, name = '']) => name,
    );
  const healed = named('fault.heal');
  return named('fault.inject').filter((name) => !healed.includes(name));
}

/** A node that a fault is to be on, as it was before that. */
interface Hurt {
  readonly name: string;
  readonly access: NodeAccess;
  readonly sideCar: RunnerNode;
  readonly what: Fingerprinted;
  readonly before: Fingerprint;
}

/**
 * Before they are armed, but for the versions of packages that side-cars carry from then on: what stands on an armed node (a layer in
 * front of a disk) goes with its lease.
 */
async function beforeAnyFault(run: LiveRun, { nodes, schedule }: Plan): Promise<readonly Hurt[]> {
  await run.event('"phase":"arm"', comesWithinMs);
  const engine = connectEngine();
  const sideCarOf = (node: string): DockerNode =>
    new DockerNode(engine, `${node} side-car`, run.container(`${node}-sidecar`));
  const runs = async (node: string): Promise<boolean> => {
    const state = await sideCarOf(node)
      .state()
      .catch(() => null);
    return state?.running === true;
  };
  const allRun = async (): Promise<true | null> =>
    (await Promise.all(nodes.map(async ({ name }) => runs(name)))).includes(false) ? null : true;
  await until('every side-car runs', allRun, comesWithinMs);
  const names = new Set(schedule.flatMap(({ targets }) => targets.flatMap(nodesOf)));
  const victims = await Promise.all(
    nodes
      .filter(({ name }) => names.has(name))
      .map(async ({ name, role, disks, units }) => {
        const services = units.map((unit) => `${unit}.service`);
        return {
          name,
          access: new DockerNode(engine, name, run.container(name)),
          // As the product does: to have the engine start each listing takes a small machine longer than what is promised.
          sideCar: await RunnerNode.open(sideCarOf(name)),
          what: {
            ...stateUnder(name, schedule),
            disks: disks.map(({ path }) => path),
            units: services,
            clocks: role === 'timekeeper' ? services : [],
          },
        };
      }),
  );
  const unarmed = await whileItStands(run, async () => Promise.all(victims.map(fingerprintOf)));
  const isArmed = async (): Promise<true | null> =>
    (await readFile(join(run.folder, 'events.jsonl'), 'utf8')).includes('"phase":"inject"') ? true : null;
  await until('it is armed', isArmed, comesWithinMs, atOnceMs);
  const carriers = victims.filter(({ what }) => what.packages.length + what.projects.length > 0);
  const armed = await whileItStands(run, async () =>
    Promise.all(carriers.map(async (one) => [one.name, await fingerprintOf(one)] as const)),
  );
  const carried = new Map(armed.map(([name, lines]) => [name, lines.filter(isCarried)]));
  return victims.map((one, at) => ({
    ...one,
    before: [...(unarmed[at] ?? []).filter((line) => !isCarried(line)), ...(carried.get(one.name) ?? [])],
  }));
}

const isCarried = (line: string): boolean => line.startsWith('carried ');

/** For less long than a lease lasts: it would go on, to the first inject. */
async function whileItStands<T>({ pid }: LiveRun, look: () => Promise<T>): Promise<T> {
  process.kill(-pid, 'SIGSTOP');
  try {
    return await look();
  } finally {
    process.kill(-pid, 'SIGCONT');
  }
}

async function fingerprintOf({
  access,
  sideCar,
  what,
}: Pick<Hurt, 'access' | 'sideCar' | 'what'>): Promise<Fingerprint> {
  const lines = await takeFingerprint(access, sideCar, what);
  // A library that idles in units goes with its node, as its side-car does.
  return lines.filter((line) => !line.includes('understudy-clock'));
}

/** What is left on them, each time that it is asked; a node that was found clean is so: nobody is there who would hurt it again. */
function lookAt(hurt: readonly Hurt[]): () => Promise<readonly string[]> {
  const clean = new Set<string>();
  return async () => {
    const left = hurt
      .filter(({ name }) => !clean.has(name))
      .map(async (one) => {
        const lines = leftovers(one.name, one.before, await fingerprintOf(one));
        if (lines.length === 0) clean.add(one.name);
        return lines;
      });
    return (await Promise.all(left)).flat();
  };
}

async function within(
  deadlineMs: number,
  look: () => Promise<readonly string[]>,
): Promise<{ readonly clean: boolean; readonly left: readonly string[] }> {
  let left: readonly string[] = [];
  const clean = await until(
    'nothing is left',
    async () => {
      left = await look();
      return left.length === 0 ? true : null;
    },
    deadlineMs,
  ).then(
    () => true,
    () => false,
  );
  return { clean, left };
}
