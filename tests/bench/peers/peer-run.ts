import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { engineEndpoint } from '../../../infra/components/docker/engine.ts';
import { hostMechanism } from '../../../infra/components/docker/host.ts';
import { engineNetworks } from '../../../infra/components/docker/networks.ts';
import { bindRun, boundPlan } from '../../../infra/plan/bind.ts';
import { owner } from '../../../infra/plan/bound-run.ts';
import { hostRoutes } from '../../../infra/plan/routes.ts';
import { generateSshKey } from '../../../infra/plan/ssh-key.ts';
import { chooseSubnet } from '../../../infra/plan/subnet.ts';
import type { LoadedPlan } from '../../../infra/plan/plan.ts';
import { Redactor } from '../../../scripts/evidence/redactor.ts';
import { newRunId, RunFolder } from '../../../scripts/evidence/run-folder.ts';
import { acquireLease } from '../../../scripts/teardown/lease-store.ts';
import { runVariable } from '../../../infra/run-marks.ts';
import { tearDown, type RunEngine } from '../../../scripts/teardown/tear-down.ts';
import { startWatcher } from '../../../scripts/teardown/watcher.ts';
import { equalCluster, type EqualCluster } from '../equal-cluster.ts';

/** Everything of one peer's cluster that is the same for all of them. */
export interface PeerRun extends AsyncDisposable {
  readonly cluster: EqualCluster;
  readonly folder: RunFolder;
  /** Of its commands: the engine to use, and the mark by which a killed benchmark's commands are found. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Names, addresses and labels for a peer's cluster, under a lease and a watcher like any run of ours: what a peer made
 * is found by label and goes, also when this benchmark is killed.
 */
export async function openPeerRun(engine: RunEngine, loaded: LoadedPlan): Promise<PeerRun> {
  const created = new Date();
  const runId = newRunId(created, randomBytes(3));
  const identity = { runId, stack: runId, owner: owner(), created: created.toISOString(), maxTtlMs: null };
  const taken = [...hostRoutes(), ...(await engineNetworks(engine.docker))];
  const subnet = chooseSubnet(loaded.plan.pool.ipv4, taken, randomBytes(2).readUInt16BE());
  if ('blocking' in subnet) throw new Error(`no subnet of ${loaded.plan.pool.ipv4} is free`);
  const hosts = Object.fromEntries(loaded.plan.nodes.map(({ name }) => [name, generateSshKey(name)]));
  const run = bindRun(loaded, identity, subnet, { account: generateSshKey('bench'), hosts });

  const redactor = new Redactor();
  const folder = RunFolder.create(runId, redactor);
  const { url } = engineEndpoint();
  acquireLease({
    runId,
    stack: runId,
    owner: run.owner,
    cluster: loaded.plan.cluster,
    engine: url,
    runFolder: folder.path,
    created: run.created,
    expires: null,
  });
  const watcher = await startWatcher({
    runId,
    stack: runId,
    runFolder: folder.path,
    redactor,
    env: process.env,
  });
  return {
    cluster: equalCluster(boundPlan(loaded, run), await hostMechanism(engine.docker)),
    folder,
    env: { DOCKER_HOST: url, [runVariable]: runId },
    [Symbol.asyncDispose]: async () => {
      const residue = await tearDown({ engine, runId, stack: null, runFolder: folder.path });
      await watcher.release();
      if (residue.length > 0) throw new Error(`left behind: ${residue.join(', ')}`);
      rmSync(folder.path, { recursive: true, force: true });
    },
  };
}
