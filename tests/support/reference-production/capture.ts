import { execa } from 'execa';
import { mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seccompFile } from '../../../infra/components/docker/host.ts';
import { packageRoot } from '../../../infra/places.ts';
import { factsOf } from '../../../scripts/parity/probe-output.ts';
import { withCleanup, type CleanupStack } from '../../../scripts/teardown/cleanup-stack.ts';

/**
 * Sets up one machine a role with provision.sh alone, boots it, and writes what the probe says of it to facts.json of the
 * bundled cluster:
 *
 *     scripts/understudy --script tests/support/reference-production/capture.ts
 *
 * The machines are containers, since nothing else can be had here; production's own would be captured over ssh.
 */
const here = join(packageRoot, 'tests/support/reference-production');
const application = join(packageRoot, 'images/thumbnails');
const target = join(packageRoot, 'infra/clusters/thumbnails/facts.json');
const base = 'understudy-reference-production';

const archive = { '/archive': 'size=256m,nr_inodes=16384,uid=2001,gid=2001' };
const machines = {
  broker: {},
  worker: { ...archive, '/var/lib/worker': 'size=64m,nr_inodes=4096,uid=2001,gid=2001' },
  client: archive,
} as const satisfies Record<string, Readonly<Record<string, string>>>;

await withCleanup(async (cleanup) => {
  await debian(cleanup);
  const roles: Record<string, unknown> = {};
  for (const [role, disks] of Object.entries(machines)) roles[role] = await captured(role, disks, cleanup);
  await writeFile(target, `${JSON.stringify({ schema: 1, roles }, null, 2)}\n`);
});

async function debian(cleanup: CleanupStack): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'reference-production-'));
  cleanup.add('the folder', async () => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'debian.tar');
  await execa('mmdebstrap', ['--quiet', '--variant=minbase', '--include=ca-certificates', 'bookworm', file]);
  cleanup.add('the image', async () => remove('rmi', base));
  await execa('docker', ['import', file, base]);
}

async function captured(
  role: string,
  disks: Readonly<Record<string, string>>,
  cleanup: CleanupStack,
): Promise<unknown> {
  const name = `${base}-${role}`;
  const image = `${base}:${role}`;
  const cgroup = `/sys/fs/cgroup/systemd/${name}`;
  cleanup.add(`the image of ${role}`, async () => remove('rmi', image));
  cleanup.add(`the cgroup of ${role}`, async () => clearCgroup(cgroup));
  cleanup.add(`the machine ${role}`, async () => remove('rm', name));

  const volumes = ['--volume', `${here}:/srv/setup:ro`, '--volume', `${application}:/srv/application:ro`];
  await execa('docker', ['run', '--name', name, ...volumes, base, 'sh', '/srv/setup/provision.sh', role]);
  await execa('docker', ['commit', name, image]);
  await execa('docker', ['rm', name]);

  const tmpfs = { '/run': 'mode=755', '/run/lock': 'mode=1777', '/tmp': 'mode=1777', ...disks };
  await execa('docker', [
    ...['run', '--detach', '--name', name, '--hostname', `${role}.production`, '--network', 'none'],
    ...['--cgroupns', 'private', '--volume', `${cgroup}:/sys/fs/cgroup/systemd`],
    ...['--security-opt', `seccomp=${seccompFile()}`, '--env', 'container=docker'],
    ...Object.entries(tmpfs).flatMap(([path, options]) => ['--tmpfs', `${path}:rw,${options}`]),
    ...[image, '/lib/systemd/systemd'],
  ]);
  const inside = ['exec', '--interactive', name];
  // Until its manager answers there is nobody to wait for.
  const booted = 'until systemctl is-system-running --wait | grep -Eq "running|degraded"; do sleep 0.1; done';
  await execa('docker', [...inside, 'timeout', '60', 'sh', '-c', booted]);
  const probe = await readFile(join(packageRoot, 'images/probe.sh'));
  const { stdout } = await execa('docker', [...inside, 'sh', '-s'], { input: probe });
  return factsOf(stdout, { how: 'docker', target: name, understudyNode: false });
}

async function remove(verb: 'rm' | 'rmi', name: string): Promise<void> {
  await execa('docker', [verb, '--force', name]);
}

/** systemd leaves groups behind, the deepest must go first. */
async function clearCgroup(folder: string): Promise<void> {
  const { stdout } = await execa('find', [folder, '-depth', '-type', 'd'], { reject: false });
  for (const group of stdout.split('\n').filter((line) => line !== '')) await rmdir(group);
}
