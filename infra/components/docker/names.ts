import { builtImage } from '../../../images/inputs-hash.ts';
import type { BoundPlan, PlannedImage } from '../../plan/plan.ts';

/** Names on the engine: all carry the run, so that clusters live beside each other. */
export const networkName = ({ run }: BoundPlan): string => `us-${run.runId}`;
export const containerName = ({ run }: BoundPlan, node: string): string => `us-${run.runId}-${node}`;
/** Of a node that was replaced: it has ended, and is kept for its evidence. `nth`: 1 is the first, or a pattern for all. */
export const replacedName = (container: string, nth: number | string): string =>
  `${container}-replaced-${nth}`;
export const keeperName = ({ run }: BoundPlan): string => `us-${run.runId}-keeper`;
export const sharedVolumeName = ({ run }: BoundPlan, volume: string): string =>
  `us-${run.runId}-shared-${volume}`;
export const diskName = ({ run }: BoundPlan, node: string, path: string): string =>
  `us-${run.runId}-${node}${pathName(path)}`;

/** On cgroup v1 each systemd node gets a subtree of its own, never the host's whole (mechanisms: escape of limits). */
export const cgroupFolder = ({ run }: BoundPlan): string => `/sys/fs/cgroup/systemd/understudy/${run.runId}`;

/** Name by which containers of this image are created. */
export function imageName(image: PlannedImage): string {
  return image.kind === 'built' ? builtImage(image.inputsHash) : image.reference;
}

/** A path as part of a name, each with one of its own: "/" is "-", and what is neither letter nor digit is "_" and hex. */
export function pathName(path: string): string {
  return path
    .replaceAll(/[^A-Za-z0-9./]/gu, (one) => `_${Buffer.from(one).toString('hex')}_`)
    .replaceAll('/', '-');
}
