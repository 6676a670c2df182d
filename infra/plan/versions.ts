import { join } from 'node:path';
import { aptSpecifier } from '../../images/dockerfile.ts';
import { Stack } from '../../images/stack.ts';
import { packageRoot } from '../places.ts';
import type { VersionFault } from '../spec/fault.ts';
import { canonicalJson } from './canonical.ts';
import type {
  Plan,
  PlannedImage,
  PlannedNode,
  PlannedVersion,
  RenderedStack,
  ScheduledFault,
} from './plan.ts';
import type { StackSources } from './stack-sources.ts';

const versionImage = join(packageRoot, 'images/version');
const programs = '/usr/local/lib/understudy-version';

/** Where an image has what is to be carried of another version, a folder each, and a side-car that it was carried into. */
export const carriedVersions = { folder: '/usr/lib/understudy-version', into: '/usr/lib' } as const;

export function carriedVersion(of: OtherVersion): string {
  return `${carriedVersions.folder}/${of.manager}-${of.package}-${of.version}`;
}

type OtherVersion = Pick<VersionFault, 'manager' | 'package' | 'version'>;

/**
 * Pure: the plan with an image for each other version that its faults ask for, on each image that they are on: the nodes' own, with
 * the package installed there as it would be in a node. So it is of this node's release and Python, and there before a run.
 */
export function withVersions(plan: Plan, sources: Pick<StackSources, 'onto'>): Plan {
  const versions = new Map<string, PlannedVersion>();
  for (const { fault, targets } of plan.schedule) {
    if (fault.kind !== 'drift.version') continue;
    for (const { image } of plan.nodes.filter(({ name }) => targets.includes(name))) {
      const { manager, package: name, version } = fault;
      const key = canonicalJson({ manager, name, version, image });
      if (versions.has(key)) continue;
      const stack = sources.onto(baseOf(image), versionImage, `${name} ${version}`, versionStack(fault));
      versions.set(key, { manager, package: name, version, onto: image, stack });
    }
  }
  const sorted = [...versions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, version]) => version);
  return sorted.length === 0 ? plan : { ...plan, versions: sorted };
}

/** Pure: what is to be carried to a node for its faults. */
export function versionsFor(
  { versions = [] }: Plan,
  { name, image }: PlannedNode,
  faults: readonly ScheduledFault[],
): readonly PlannedVersion[] {
  return versions.filter(
    ({ onto, ...version }) =>
      canonicalJson(onto) === canonicalJson(image) &&
      faults.some(
        ({ fault, targets }) =>
          fault.kind === 'drift.version' && targets.includes(name) && isSame(fault, version),
      ),
  );
}

function isSame(a: OtherVersion, b: OtherVersion): boolean {
  return a.manager === b.manager && a.package === b.package && a.version === b.version;
}

function baseOf(image: PlannedImage): RenderedStack['base'] {
  return image.kind === 'built'
    ? { kind: 'stack', inputsHash: image.inputsHash }
    : { kind: 'reference', reference: image.reference };
}

function versionStack(fault: VersionFault): Stack {
  const { manager, package: name, version } = fault;
  const specifier = manager === 'apt' ? aptSpecifier(name, version) : `${name}==${version}`;
  return Stack.parse({
    base: 'the image of the nodes',
    packages: manager === 'pip' ? { pip: { [name]: version } } : {},
    files: {
      [`${programs}/carry.sh`]: { source: 'carry.sh' },
      [`${programs}/package.sh`]: { source: '../toolbox/package.sh' },
    },
    commands: [['sh', `${programs}/carry.sh`, manager, name, specifier, carriedVersion(fault)]],
  });
}
