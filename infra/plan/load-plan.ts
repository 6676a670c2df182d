import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { packageRoot } from '../places.ts';
import { readAuthorFile } from '../spec/author-file.ts';
import type { Cluster, Role } from '../spec/cluster.ts';
import { dependencyFaultProblems } from '../spec/dependency-fault-problems.ts';
import { suggestion } from '../spec/allowed.ts';
import { loadCluster, loadProfile, loadStack, refuse, type LoadedProfile } from '../spec/load.ts';
import { loadReference } from '../spec/load-reference.ts';
import { roleStacks } from '../spec/role-stacks.ts';
import { referencesIn } from '../spec/variable-text.ts';
import { beyondSense } from './beyond-sense.ts';
import { declaredAccounts } from './declared-accounts.ts';
import { loadedDependency, type LoadedDependency } from './dependency-node.ts';
import { FaultPlaces } from './fault-places.ts';
import { hashesOf, planCluster } from './plan-cluster.ts';
import { accountsAlike } from './senseless-accounts.ts';
import { StackSources } from './stack-sources.ts';
import { withVersions } from './versions.ts';
import type { LoadedPlan, PlannedFile, PlannedImage, RenderedStack } from './plan.ts';

export interface PlanRequest {
  readonly cluster: string;
  readonly profiles: readonly string[];
  readonly seed: number;
  /** `--set`. */
  readonly set: Readonly<Record<string, string>>;
  /** Names of suites; empty: all of the spec. */
  readonly suites: readonly string[];
}

const dependencyImage = join(packageRoot, 'images/dependency');

/** Reads everything that a plan depends on, refuses what is wrong with any of it, and plans. */
export function loadPlan(request: PlanRequest): LoadedPlan {
  const spec = loadCluster(request.cluster);
  const { file, cluster } = spec;
  const here = dirname(file);
  const profiles = chosenProfiles(request.profiles);
  const variables = chosenVariables(cluster, request.set);
  const suites = chosenSuites(cluster, request.suites);
  for (const { document, profile } of profiles)
    refuse(document, dependencyFaultProblems(document, profile, cluster));
  const stacks = roleStacks(spec);
  const sources = new StackSources();
  const images: Record<string, PlannedImage> = {};
  const files: Record<string, readonly PlannedFile[]> = {};
  for (const [name, role] of Object.entries(cluster.roles)) {
    const stack = stacks.get(name);
    images[name] =
      stack === undefined
        ? { kind: 'pulled', reference: role.image }
        : { kind: 'built', inputsHash: sources.of(stack.folder, stack.merged) };
    files[name] = roleFiles(role, here);
  }
  const dependencies: Record<string, LoadedDependency> = {};
  for (const [name, dependency] of Object.entries(cluster.dependencies)) {
    dependencies[name] = loadedDependency(dependency, (path) => textOf(resolve(here, path)));
    images[name] = {
      kind: 'built',
      inputsHash: sources.of(dependencyImage, loadStack(dependencyImage)),
    };
  }
  const places = new FaultPlaces(spec.document, profiles);
  const planned = places.refusing(() =>
    planCluster({
      cluster,
      profiles: profiles.map(({ profile }) => profile),
      seed: request.seed,
      variables,
      suites,
      images,
      stacks: sources.rendered(),
      files,
      dependencies,
    }),
  );
  const plan = withVersions(planned, sources);
  places.refuse([...beyondSense(plan), ...accountsAlike(plan, declaredAccounts(stacks))]);
  return {
    plan,
    hashes: hashesOf(plan),
    specFile: file,
    contents: sources.contents,
    reference: cluster.reference === undefined ? null : loadReference(resolve(here, cluster.reference)),
    chosen: chosenEnvironment(cluster, variables),
  };
}

/** One stack by itself, with its bases: for images that belong to no plan, such as the side-car's. */
export function loadStackImage(folder: string): {
  readonly inputsHash: string;
  readonly stacks: readonly RenderedStack[];
  readonly contents: LoadedPlan['contents'];
} {
  const sources = new StackSources();
  const inputsHash = sources.of(folder, loadStack(folder));
  return { inputsHash, stacks: sources.rendered(), contents: sources.contents };
}

function roleFiles({ files }: Role, here: string): readonly PlannedFile[] {
  return Object.entries(files).map(([path, { content, source, mode, owner }]) => ({
    path,
    content: content ?? textOf(resolve(here, source ?? '')),
    mode,
    owner,
  }));
}

/** A plan is text: other bytes would arrive as something else. */
function textOf(file: string): string {
  const bytes = readAuthorFile(file);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError('not-utf-8', `${file} is not UTF-8, and the files of a role are texts`, {
      hint: 'put it into the image, by files: of its stack.yaml',
      cause,
    });
  }
}

function chosenProfiles(asked: readonly string[]): readonly LoadedProfile[] {
  const profiles = asked.map(loadProfile);
  for (const [index, { profile }] of profiles.entries()) {
    const { name } = profile;
    if (profiles.findIndex((one) => one.profile.name === name) === index) continue;
    // Faults go by profile and name: of two with one name, no receipt could say which it is for.
    throw new UsageError('duplicate', `profile "${name}" is asked for twice`, { hint: 'name it once' });
  }
  return profiles;
}

function chosenVariables(cluster: Cluster, set: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(set)) {
    if (!Object.hasOwn(cluster.variables, name)) {
      throw new UsageError('unknown-variable', `"${name}" is no variable of ${cluster.name}`, {
        hint: suggestion(name, Object.keys(cluster.variables)),
      });
    }
    const allowed = Object.hasOwn(cluster.choices, name) ? cluster.choices[name] : undefined;
    if (allowed !== undefined && !allowed.includes(value)) {
      throw new UsageError('choice', `"${value}" is not among the choices of "${name}"`, {
        hint: suggestion(value, allowed),
      });
    }
  }
  return { ...cluster.variables, ...set };
}

/** What `--set` made of the roles' environment: a difference from the reference that is meant. */
function chosenEnvironment(
  cluster: Cluster,
  variables: Readonly<Record<string, string>>,
): LoadedPlan['chosen'] {
  const changed = Object.entries(variables).filter(([name, value]) => cluster.variables[name] !== value);
  return Object.fromEntries(
    Object.entries(cluster.roles).map(([role, { environment }]) => [
      role,
      Object.fromEntries(
        Object.entries(environment).flatMap(([key, text]) =>
          changed
            .filter(([name]) => referencesIn(text).some((one) => one.name === name))
            .map(([name, value]) => [key, `--set ${name}=${value}`]),
        ),
      ),
    ]),
  );
}

function chosenSuites(cluster: Cluster, asked: readonly string[]): readonly string[] {
  const known = Object.keys(cluster.suites);
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError('unknown-suite', `"${unknown}" is no suite of ${cluster.name}`, {
      hint: suggestion(unknown, known),
    });
  }
  const twice = asked.find((name, index) => asked.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UsageError('duplicate', `suite "${twice}" is asked for twice`, { hint: 'name it once' });
  return asked.length === 0 ? known : known.filter((name) => asked.includes(name));
}
