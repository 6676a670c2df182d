import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { renderDockerfile, type RenderedFile } from '../../images/dockerfile.ts';
import { builtImage, inputsHash, withInputsHash } from '../../images/inputs-hash.ts';
import type { Stack } from '../../images/stack.ts';
import { UsageError } from '../errors.ts';
import type { Cluster, Role } from '../spec/cluster.ts';
import { loadCluster, loadProfile, loadStack } from '../spec/load.ts';
import { loadReference } from '../spec/load-reference.ts';
import { hashesOf, planCluster } from './plan-cluster.ts';
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

/** Reads everything that a plan depends on, refuses what is wrong with any of it, and plans. */
export function loadPlan(request: PlanRequest): LoadedPlan {
  const { file, cluster } = loadCluster(request.cluster);
  const here = dirname(file);
  const variables = chosenVariables(cluster, request.set);
  const sources = new StackSources();
  const images: Record<string, PlannedImage> = {};
  const files: Record<string, readonly PlannedFile[]> = {};
  for (const [name, role] of Object.entries(cluster.roles)) {
    images[name] = role.image.includes('@sha256:')
      ? { kind: 'pulled', reference: role.image }
      : { kind: 'built', inputsHash: sources.role(resolve(here, role.image), role, cluster) };
    files[name] = roleFiles(role, here);
  }
  const plan = planCluster({
    cluster,
    profiles: request.profiles.map(loadProfile),
    seed: request.seed,
    variables,
    suites: chosenSuites(cluster, request.suites),
    images,
    stacks: sources.rendered(),
    files,
  });
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
  const inputsHash = sources.alone(folder);
  return { inputsHash, stacks: sources.rendered(), contents: sources.contents };
}

/** Stacks by folder, each rendered once, bases before what is built on them. */
class StackSources {
  readonly contents = new Map<string, Uint8Array>();
  readonly #rendered = new Map<string, RenderedStack>();

  rendered(): readonly RenderedStack[] {
    return [...this.#rendered.values()];
  }

  /** The role's stack with the cluster's accounts and the role's own packages added; returns its inputsHash. */
  role(folder: string, role: Role, cluster: Cluster): string {
    const stack = loadStack(folder);
    if (stack.init !== role.init) {
      throw new UsageError(
        'init',
        `${folder}/stack.yaml has init: ${stack.init}, the role asks for ${role.init}`,
        {
          hint: 'make both the same',
        },
      );
    }
    const merged: Stack = {
      ...stack,
      accounts: [
        ...stack.accounts,
        ...cluster.accounts.filter(({ name }) => !stack.accounts.some((one) => one.name === name)),
      ],
      packages: {
        apt: { ...stack.packages.apt, ...role.packages.apt },
        pip: { ...stack.packages.pip, ...role.packages.pip },
      },
      limits: { ...stack.limits, ...role.limits },
    };
    return this.#render(folder, merged, []);
  }

  alone(folder: string): string {
    return this.#render(folder, loadStack(folder), []);
  }

  #render(folder: string, stack: Stack, above: readonly string[]): string {
    if (above.includes(folder)) {
      throw new UsageError(
        'base-cycle',
        `stacks are built on each other: ${[...above, folder].join(' → ')}`,
        {
          hint: 'one of them must name a base by digest',
        },
      );
    }
    const base = this.#base(folder, stack, above);
    const files = Object.entries(stack.files).map(([path, file], index) => {
      const content = file.content ?? readFileSync(resolve(folder, file.source ?? ''));
      const sha256 = this.#keep(content);
      const context = `files/${String(index).padStart(3, '0')}-${basename(path)}`;
      return {
        rendered: { context, path, mode: file.mode, owner: file.owner } satisfies RenderedFile,
        sha256,
      };
    });
    const reference = base.kind === 'stack' ? builtImage(base.inputsHash) : base.reference;
    const dockerfile = renderDockerfile({
      stack,
      base: reference,
      files: files.map(({ rendered }) => rendered),
    });
    const contextFiles = Object.fromEntries(
      files.map(({ rendered, sha256 }) => [rendered.context, { sha256, mode: rendered.mode }]),
    );
    const hash = inputsHash({ dockerfile, files: contextFiles });
    this.#rendered.set(hash, {
      inputsHash: hash,
      label: basename(folder),
      base,
      dockerfile: withInputsHash(dockerfile, hash),
      files: contextFiles,
    });
    return hash;
  }

  #base(folder: string, { base }: Stack, above: readonly string[]): RenderedStack['base'] {
    if (base.includes('@sha256:')) return { kind: 'reference', reference: base };
    const below = resolve(folder, base);
    return { kind: 'stack', inputsHash: this.#render(below, loadStack(below), [...above, folder]) };
  }

  #keep(content: string | Uint8Array): string {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.contents.set(sha256, bytes);
    return sha256;
  }
}

function roleFiles({ files }: Role, here: string): readonly PlannedFile[] {
  return Object.entries(files).map(([path, { content, source, mode, owner }]) => ({
    path,
    content: content ?? readFileSync(resolve(here, source ?? ''), 'utf8'),
    mode,
    owner,
  }));
}

function chosenVariables(cluster: Cluster, set: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(set)) {
    if (!(name in cluster.variables)) {
      throw new UsageError('unknown-variable', `"${name}" is no variable of ${cluster.name}`, {
        hint: `its variables are ${Object.keys(cluster.variables).join(', ') || 'none'}`,
      });
    }
    const allowed = cluster.choices[name];
    if (allowed !== undefined && !allowed.includes(value)) {
      throw new UsageError('choice', `"${value}" is not among the choices of "${name}"`, {
        hint: `one of ${allowed.join(', ')}`,
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
            .filter(([name]) => text.includes(`\${${name}}`))
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
      hint: `its suites are ${known.join(', ') || 'none'}`,
    });
  }
  return asked.length === 0 ? known : known.filter((name) => asked.includes(name));
}

/** Folder that a suite's or reference's path is relative to. */
export function specFolder({ specFile }: LoadedPlan): string {
  return dirname(specFile);
}

export function shownPath(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown.startsWith('..') ? path : join('.', shown);
}
