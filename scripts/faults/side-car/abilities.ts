import type Docker from 'dockerode';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { demux } from '../../../infra/components/docker/demux.ts';
import { keepCached, readCached } from '../../../infra/cache-file.ts';
import { cacheRoot } from '../../../infra/places.ts';
import { digestOf } from '../../../infra/plan/canonical.ts';
import { makerLabels } from '../../teardown/maker.ts';
import { withDeadline } from '../../with-deadline.ts';
import { capabilities } from './side-car.ts';

/** What a host's kernel offers to faults, each tried for real (images/toolbox/abilities.sh). */
export const Abilities = z.strictObject({
  netem: z.boolean(),
  htb: z.boolean(),
  nftables: z.boolean(),
  nfqueue: z.boolean(),
  duplicating: z.boolean(),
  clocks: z.boolean(),
  names: z.boolean(),
  /** A file system of ours in front of a disk. */
  layers: z.boolean(),
  /** A process can be stopped at each of its calls, and killed before one. */
  tracing: z.boolean(),
});
export type Abilities = z.infer<typeof Abilities>;

/** Linux's own number of /dev/fuse (Documentation/admin-guide/devices.txt). */
const fuseDevice = '10:229';

/** Each thing has ten seconds to answer (images/toolbox/abilities.sh). */
const deadlineMs = 90_000;

const Host = z.object({ ID: z.string(), KernelVersion: z.string() });

/** Tried once for each engine, kernel and side-car image, in a container that goes with the trying. */
export async function hostAbilities(engine: Docker, toolbox: string): Promise<Abilities> {
  const { ID, KernelVersion } = Host.parse(await engine.info());
  const key = digestOf({ ID, KernelVersion, toolbox }).slice(0, 16);
  const file = join(cacheRoot(), 'abilities', `${key}.json`);
  const known = readCached(file, Abilities);
  if (known !== null) return known;
  const abilities = Abilities.parse(JSON.parse(await tried(engine, toolbox)));
  keepCached(file, abilities);
  return abilities;
}

async function tried(engine: Docker, toolbox: string): Promise<string> {
  const container = await engine.createContainer({
    Image: toolbox,
    Entrypoint: ['abilities'],
    Labels: { ...makerLabels(), 'dev.understudy.role': 'abilities' },
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      CapAdd: [...capabilities.network, ...capabilities.names, ...capabilities.trace, 'MKNOD'],
      // Tried by a device file that it makes: one of the host's that is not there would keep it from starting.
      DeviceCgroupRules: [`c ${fuseDevice} rwm`],
    },
  });
  try {
    const output = await container.attach({ stream: true, stdout: true, stderr: true });
    const stdout = new PassThrough();
    const stderr = new PassThrough().resume();
    demux(output, stdout, stderr);
    output.once('end', () => stdout.end());
    await container.start();
    return await withDeadline('what this host offers to faults', deadlineMs, text(stdout));
  } finally {
    await container.remove({ force: true });
  }
}
