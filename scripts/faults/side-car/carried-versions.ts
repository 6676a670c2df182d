import type Docker from 'dockerode';
import { builtImage } from '../../../images/inputs-hash.ts';
import type { BoundPlan, PlannedVersion } from '../../../infra/plan/plan.ts';
import { carriedVersions } from '../../../infra/plan/versions.ts';
import type { SideCar } from './side-car.ts';

/** Puts other versions of packages into a side-car, each from its image: no network is asked for them. */
export async function carryVersions(
  engine: Docker,
  bound: BoundPlan,
  sideCar: SideCar,
  versions: readonly PlannedVersion[],
): Promise<void> {
  for (const { stack } of versions) {
    // Never started: it is there for what is in it.
    const source = await engine.createContainer({
      Image: builtImage(stack.inputsHash),
      Entrypoint: ['true'],
      Labels: { ...bound.labels, 'dev.understudy.role': 'version' },
      HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'] },
    });
    try {
      await sideCar.receive(await source.getArchive({ path: carriedVersions.folder }), carriedVersions.into);
    } finally {
      await source.remove({ force: true });
    }
  }
}
