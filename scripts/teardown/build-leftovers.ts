import type Docker from 'dockerode';
import { abandonedBuilds, forgetAbandoned } from './build-record.ts';
import { runLabel } from '../../infra/run-marks.ts';
import { containerObject, ignoreGone } from './run-objects.ts';
import { sweep, type ClusterObject, type ObjectStore, type Residue } from './sweep.ts';
import type { RunEngine } from './tear-down.ts';

const deadlineMs = 30_000;
const inputsLabel = 'dev.understudy.inputs';

/** Removes what killed image builds left on this engine, and nothing of a build that goes on. */
export async function sweepBuilds({ docker, description }: RunEngine): Promise<readonly Residue[]> {
  if (abandonedBuilds(description).length === 0) return [];
  const residue = await sweep(buildObjects(docker, description), { deadlineMs });
  if (residue.length === 0) forgetAbandoned(description);
  return residue;
}

/** Asked anew for each listing: a build that begins meanwhile is left alone from then on. */
function buildObjects(engine: Docker, description: string): ObjectStore {
  return {
    list: async (signal) =>
      (
        await Promise.all(
          abandonedBuilds(description).map(({ inputsHash }) => leftoversOf(engine, inputsHash, signal)),
        )
      ).flat(),
    remove: async ({ kind, id }, signal) => {
      const gone =
        kind === 'image'
          ? engine.getImage(id).remove({ abortSignal: signal })
          : engine.getContainer(id).remove({ force: true, v: true, abortSignal: signal });
      await gone.catch(ignoreGone);
    },
  };
}

/**
 * Nodes inherit their image's labels. A build's containers differ: they carry no run label, and come from an image that
 * has no name yet.
 */
async function leftoversOf(
  engine: Docker,
  inputsHash: string,
  signal: AbortSignal,
): Promise<readonly ClusterObject[]> {
  const label = [`${inputsLabel}=${inputsHash}`];
  const [containers, images] = await Promise.all([
    engine.listContainers({ all: true, filters: { label }, abortSignal: signal }),
    engine.listImages({ filters: { label, dangling: ['true'] }, abortSignal: signal }),
  ]);
  const building = containers.filter(
    ({ Image, Labels }) => !(runLabel in Labels) && /^(sha256:)?[0-9a-f]{12,64}$/.test(Image),
  );
  return [
    ...building.map((container): ClusterObject => ({ ...containerObject(container), kind: 'build' })),
    ...images.map(({ Id }): ClusterObject => ({ kind: 'image', id: Id, name: Id.slice(7, 19) })),
  ];
}
