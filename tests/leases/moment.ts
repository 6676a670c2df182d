import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { connectEngine } from '../../infra/components/docker/engine.ts';
import type { ScheduledFault } from '../../infra/plan/plan.ts';
import { drawFor } from '../../infra/plan/seed.ts';
import { stateUnder } from '../../scripts/faults/declared-state.ts';
import { leftovers, takeFingerprint, type Fingerprint } from '../../scripts/faults/fingerprint.ts';
import { DockerNode } from '../../scripts/nodes/docker.ts';
import { readLease } from '../../scripts/teardown/lease-store.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { labelledObjects } from '../support/engine.ts';
import { kindsCluster } from '../support/every-kind.ts';
import { startRehearsal, type LiveRun } from '../support/live-run.ts';
import { understudy } from '../support/understudy.ts';
import { until } from '../support/until.ts';

/** Contracts: a kind that heals by itself is gone this long after its lease was lost. */
const ownDeadlineMs = 10_000;
const watcherDeadlineMs = 30_000;
/** From the first inject on: layers are measured, a suite runs, and all is healed within about this time. */
const latestMs = 25_000;

/** Who dies at a moment: with the watcher alive the cluster goes, without it the faults must go by themselves. */
export const deaths = ['controller', 'controller and watcher'] as const;

export const Moment = z.strictObject({
  number: z.int(),
  dies: z.enum(deaths),
  /** After the first fault was injected. */
  afterMs: z.int(),
  /** How long until every node was clean, or nothing was left; null where that was not so in time. */
  tookMs: z.int().nullable(),
  /** What was left then; and what a later `reap` left. */
  left: z.array(z.string()),
  at: z.iso.datetime(),
});
export type Moment = z.infer<typeof Moment>;

const asked = { cluster: kindsCluster, profiles: [], seed: 1, set: {}, suites: [] };
const { nodes } = loadPlan(asked).plan;

/** Pure: when the n-th one is, and who dies then. */
export function momentOf(number: number): Pick<Moment, 'number' | 'dies' | 'afterMs'> {
  const dies = deaths[number % deaths.length] ?? 'controller';
  return { number, dies, afterMs: drawFor(number, 'lost lease').integer(0, latestMs) };
}

/** Kills a rehearsal at its moment, with every fault in force that heals by itself, and waits for what was promised. */
export async function killedAt(number: number, profile: string): Promise<Moment> {
  const moment = momentOf(number);
  const at = new Date().toISOString();
  const { schedule } = loadPlan({ ...asked, profiles: [profile] }).plan;
  const run = await startRehearsal([kindsCluster, '--profile', profile, '--control', 'never']);
  const before = await beforeAnyFault(run, schedule);
  await run.event('"fault.inject"');
  await delay(moment.afterMs);
  const watcher = readLease(run.runId)?.watcher?.pid;
  process.kill(-run.pid, 'SIGKILL');
  if (moment.dies === 'controller and watcher' && watcher !== undefined) process.kill(watcher, 'SIGKILL');
  const killed = performance.now();
  const { clean, left } =
    moment.dies === 'controller'
      ? await within(watcherDeadlineMs, labelledObjects)
      : await within(ownDeadlineMs, async () => leftSince(before, await fingerprints(run, schedule)));
  const tookMs = clean ? Math.round(performance.now() - killed) : null;
  await understudy(['reap']);
  return { ...moment, tookMs, left: [...left, ...(await labelledObjects())], at };
}

/** The controller stands still meanwhile, for less long than a lease lasts: it would go on to inject. */
async function beforeAnyFault(
  run: LiveRun,
  faults: readonly ScheduledFault[],
): Promise<ReadonlyMap<string, Fingerprint>> {
  await run.event('"phase":"arm"');
  const engine = connectEngine();
  const runs = async (node: string): Promise<boolean> =>
    (await new DockerNode(engine, node, run.container(`${node}-sidecar`)).state().catch(() => null))
      ?.running === true;
  await until('every side-car runs', async () =>
    (await Promise.all(nodes.map(async ({ name }) => runs(name)))).includes(false) ? null : true,
  );
  process.kill(-run.pid, 'SIGSTOP');
  try {
    return await fingerprints(run, faults);
  } finally {
    process.kill(-run.pid, 'SIGCONT');
  }
}

/** Of every node, through its side-car; a node that cannot be looked at says so in its own line. */
async function fingerprints(
  run: LiveRun,
  faults: readonly ScheduledFault[],
): Promise<ReadonlyMap<string, Fingerprint>> {
  const engine = connectEngine();
  return new Map(
    await Promise.all(
      nodes.map(async ({ name, role, disks, units }) => {
        const access = new DockerNode(engine, name, run.container(name));
        const sideCar = new DockerNode(engine, `${name} side-car`, run.container(`${name}-sidecar`));
        const services = units.map((unit) => `${unit}.service`);
        const what = {
          ...stateUnder(name, faults),
          disks: disks.map(({ path }) => path),
          units: services,
          clocks: role === 'timekeeper' ? services : [],
        };
        const lines = await takeFingerprint(access, sideCar, what);
        // A library that idles in units goes with its node, as its side-car does.
        return [name, lines.filter((line) => !line.includes('understudy-clock'))] as const;
      }),
    ),
  );
}

function leftSince(
  before: ReadonlyMap<string, Fingerprint>,
  now: ReadonlyMap<string, Fingerprint>,
): readonly string[] {
  return [...now].flatMap(([node, lines]) => leftovers(node, before.get(node) ?? [], lines));
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
