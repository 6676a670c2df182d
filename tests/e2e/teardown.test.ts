import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import Docker from 'dockerode';
import { execa } from 'execa';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';
import { silentProgress } from '../../scripts/progress.ts';
import { intend, readLease, releaseLease } from '../../scripts/teardown/lease-store.ts';
import { findRunProcesses, localProcesses } from '../../scripts/teardown/process-table.ts';
import { reapClusters } from '../../scripts/teardown/reap.ts';
import { findResidue } from '../../scripts/teardown/residue.ts';
import { connectRunEngine } from '../../scripts/teardown/run-engine.ts';
import { objectsOfRun, tearDown, type RunEngine } from '../../scripts/teardown/tear-down.ts';
import { labelledObjects } from '../support/engine.ts';

const docker = new Docker();
const Ready = z.object({ watcher: z.int(), child: z.int() });
const runs: string[] = [];
let engine: RunEngine;
let image = '';
let folder = '';

beforeAll(async () => {
  engine = await connectRunEngine();
  const images = await docker.listImages({ filters: { reference: ['understudy-bootstrap', 'debian'] } });
  image = images[0]?.RepoTags?.[0] ?? '';
  folder = mkdtempSync(join(tmpdir(), 'understudy-teardown-'));
});
afterEach(async () => {
  for (const runId of runs.splice(0)) await remove(runId);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('when the controller’s process group is killed', () => {
  test('nothing of the run is left 30 s later, its logs are saved, and another run is untouched', async () => {
    const bystander = await startController(1, 'keep');
    const victim = await startController(2);
    await killGroup(victim.controller);
    await eventually(30_000, () => readLease(victim.runId) === null, 'the watcher releases the lease');

    expect(await labelledObjects(victim.runId)).toEqual([]);
    expect(await residueOf(victim.runId)).toEqual([]);
    const aborted: unknown = JSON.parse(readFileSync(join(folder, victim.runId, 'aborted.json'), 'utf8'));
    expect(aborted).toMatchObject({
      runId: victim.runId,
      residue: [],
      saved: ['nodes/node-1/container.log'],
    });
    const log = readFileSync(join(folder, victim.runId, 'nodes/node-1/container.log'), 'utf8');
    expect(log).toContain('ready to go');

    expect(await labelledObjects(bystander.runId)).toHaveLength(3);
    expect(findRunProcesses(bystander.runId)).toHaveLength(1);
  }, 60_000);

  test('what the engine creates after the first sweep goes too', async () => {
    const { runId, controller } = await startController(3);
    await killGroup(controller);
    await eventually(
      20_000,
      async () => (await labelledObjects(runId)).length === 0,
      'the first sweep is done',
    );
    await docker.createContainer({
      name: `us-${runId}-late`,
      Image: image,
      Cmd: ['sleep', '600'],
      Labels: { 'dev.understudy.run': runId },
    });
    await eventually(20_000, () => readLease(runId) === null, 'the watcher releases the lease');
    expect(await labelledObjects(runId)).toEqual([]);
  }, 60_000);

  test('the next reaper does it where the watcher was killed too', async () => {
    const { runId, controller, ready } = await startController(4);
    process.kill(ready.watcher, 'SIGKILL');
    await killGroup(controller);
    // The controller replaces a watcher that dies; whichever it was at the end goes as well.
    const replaced = readLease(runId)?.watcher?.pid;
    if (replaced !== undefined && localProcesses().startTimeOf(replaced) !== null)
      process.kill(replaced, 'SIGKILL');
    const only = (cluster: { readonly runId: string }): boolean => cluster.runId === runId;

    const rehearsed = await reapClusters({ engine, dryRun: true, progress: silentProgress, only });
    expect(rehearsed.left.map((one) => one.runId)).toEqual([runId]);
    expect(await labelledObjects(runId)).not.toEqual([]);

    const report = await reapClusters({ engine, dryRun: false, progress: silentProgress, only });
    expect(report.reaped).toMatchObject([{ cluster: { runId, reapable: 'holder-dead' }, residue: [] }]);
    expect(await residueOf(runId)).toEqual([]);
  }, 60_000);
});

test('a kept cluster survives its controller and every reaper until it expires', async () => {
  const { runId } = await startController(5, 'keep');
  const { spared, reaped } = await reapClusters({
    engine,
    dryRun: false,
    progress: silentProgress,
    only: (cluster) => cluster.runId === runId,
  });
  expect(reaped).toEqual([]);
  expect(spared.find((cluster) => cluster.runId === runId)).toMatchObject({
    kept: true,
    holder: 'dead',
    reason: 'the test wants it',
    nodes: 1,
  });
  expect(await labelledObjects(runId)).toHaveLength(3);
}, 60_000);

test('a network goes though somebody attached a container of their own, which stays', async () => {
  const { runId } = await startController(6, 'keep');
  const guest = await docker.createContainer({
    name: `guest-of-${runId}`,
    Image: image,
    Cmd: ['sleep', '600'],
    HostConfig: { NetworkMode: `us-${runId}` },
  });
  try {
    await guest.start();
    expect(await remove(runId)).toEqual([]);
    expect((await guest.inspect()).State.Running).toBe(true);
  } finally {
    await guest.remove({ force: true });
  }
}, 60_000);

test('a killed image build leaves neither container nor half-built image', async () => {
  const runId = newRun(7);
  const inputs = `inputs-${runId}`;
  intend(runId, { kind: 'image', name: inputs });
  const dockerfile = `FROM ${image}\nLABEL dev.understudy.inputs=${inputs}\nRUN touch /first\nRUN sleep 600\n`;
  const build = execa('docker', ['build', '-'], {
    input: dockerfile,
    env: { DOCKER_BUILDKIT: '0' },
    reject: false,
  });
  const filter = `label=dev.understudy.inputs=${inputs}`;
  const leftovers = async (): Promise<string> =>
    (await execa('docker', ['ps', '--all', '--quiet', '--filter', filter])).stdout +
    (await execa('docker', ['images', '--quiet', '--filter', filter, '--filter', 'dangling=true'])).stdout;
  await eventually(30_000, async () => (await running(filter)) === 1, 'the build runs its last step');
  build.kill('SIGKILL');
  await build;

  expect(await remove(runId)).toEqual([]);
  expect(await leftovers()).toBe('');
}, 60_000);

function newRun(number: number): string {
  const runId = `e2e-teardown-${process.pid}-${number}`;
  runs.push(runId);
  return runId;
}

/** What is used of execa's subprocess. */
type Controller = PromiseLike<unknown> & { readonly pid?: number | undefined };

interface StartedController {
  readonly runId: string;
  readonly controller: Controller;
  readonly ready: z.infer<typeof Ready>;
}

async function startController(number: number, mode = ''): Promise<StartedController> {
  const runId = newRun(number);
  const script = join(packageRoot, 'tests/support/teardown-controller.ts');
  const argv = [script, runId, join(folder, runId), image, `198.19.${200 + number}.0/24`, mode];
  const controller = execa(process.execPath, argv, {
    detached: true,
    reject: false,
    env: { NODE_OPTIONS: '' },
  });
  for await (const line of controller) {
    const ready = Ready.parse(JSON.parse(line));
    if (mode === 'keep') await controller;
    return { runId, controller, ready };
  }
  throw new Error(`the controller ended before it was ready: ${(await controller).stderr}`);
}

async function killGroup(controller: Controller): Promise<void> {
  if (controller.pid === undefined) throw new Error('the controller never started');
  process.kill(-controller.pid, 'SIGKILL');
  await controller;
}

async function remove(runId: string): Promise<readonly string[]> {
  const residue = await tearDown({ engine, runId, stack: runId, runFolder: join(folder, runId) });
  await docker
    .getVolume(`us-${runId}-disk`)
    .remove()
    .catch(() => undefined); // named by the bind, without a label
  releaseLease(runId);
  return residue;
}

async function residueOf(runId: string): Promise<readonly string[]> {
  const query = { store: objectsOfRun(engine, runId), runId, stack: runId, runFolder: join(folder, runId) };
  return await findResidue(query);
}

async function running(filter: string): Promise<number> {
  const { stdout } = await execa('docker', ['ps', '--quiet', '--no-trunc', '--filter', filter]);
  return stdout.split('\n').filter((line) => line !== '').length;
}

async function eventually(
  deadlineMs: number,
  condition: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`after ${deadlineMs} ms still not: ${what}`);
    await delay(50);
  }
}
