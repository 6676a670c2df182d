/**
 * A controller that the tests of tear-down kill: takes a lease, starts its watcher and a marked child, makes a node on
 * a network with a volume, leaves a Pulumi lock, says so on stdout as one JSON line, and goes on for ever.
 * argv: RUN FOLDER IMAGE SUBNET [keep]
 */
import Docker from 'dockerode';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateRoot } from '../../infra/places.ts';
import { acquireLease, keepLease } from '../../scripts/teardown/lease-store.ts';
import { connectRunEngine } from '../../scripts/teardown/run-engine.ts';
import { startWatcher } from '../../scripts/teardown/watcher.ts';

const [runId = '', runFolder = '', image = '', subnet = '', mode = ''] = process.argv.slice(2);
const docker = new Docker();
const labels = { 'dev.understudy.run': runId, 'dev.understudy.owner': 'test' };

const { description } = await connectRunEngine();
acquireLease({
  runId,
  stack: runId,
  owner: 'test',
  cluster: 'test',
  engine: description,
  runFolder,
  created: new Date().toISOString(),
  expires: null,
});
const watcher = await startWatcher({ runId, stack: runId, runFolder, env: process.env });
// In a session of its own, as a suite is: the SIGKILL of our process group does not reach it.
const child = spawn('sleep', ['600'], {
  env: { ...process.env, UNDERSTUDY_RUN: runId },
  detached: true,
  stdio: 'ignore',
});
const lock = join(stateRoot(), 'pulumi/.pulumi/locks/organization/understudy', runId);
mkdirSync(lock, { recursive: true });
writeFileSync(join(lock, 'engine.json'), '{}');
await docker.createNetwork({
  Name: `us-${runId}`,
  Internal: true,
  Labels: labels,
  IPAM: { Config: [{ Subnet: subnet }] },
});
const container = await docker.createContainer({
  name: `us-${runId}-node-1`,
  Image: image,
  Cmd: ['sh', '-c', 'echo ready to go; sleep 600'],
  Labels: labels,
  HostConfig: { NetworkMode: `us-${runId}`, Binds: [`us-${runId}-disk:/disk`] },
});
await container.start();
await docker.createVolume({ Name: `us-${runId}-labelled-disk`, Labels: labels });

const ready = JSON.stringify({ watcher: watcher.pid, child: child.pid });
if (mode === 'keep') {
  keepLease(runId, 'the test wants it', new Date(Date.now() + 3_600_000).toISOString());
  await watcher.release();
  process.stdout.write(`${ready}\n`, () => process.exit(0));
} else {
  process.stdout.write(`${ready}\n`);
  setInterval(() => undefined, 1000);
}
