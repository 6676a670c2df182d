import type Docker from 'dockerode';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { z } from 'zod';
import { trustArgument } from '../../../images/dockerfile.ts';
import { builtImage } from '../../../images/inputs-hash.ts';
import { HostError, messageOf } from '../../errors.ts';
import { ownCertificates } from './host.ts';
import type { LoadedPlan, Plan, RenderedStack } from '../../plan/plan.ts';

export interface BuildOptions {
  /** What FROM of a base by digest is on this machine: the reference itself, or a stand-in made here. */
  readonly resolveBase: (reference: string) => Promise<string>;
  readonly signal: AbortSignal;
  readonly onOutput?: (stack: string, line: string) => void;
}

/**
 * Makes sure of every image of the plan: pulled ones are there by digest, stacks are built that are missing, bases
 * first. Nothing to do costs one listing.
 * @throws HostError (69) where an image cannot be had, or a build step fails (with its last lines).
 */
export async function ensureImages(
  engine: Docker,
  loaded: {
    readonly plan: Pick<Plan, 'stacks' | 'versions' | 'nodes'>;
    readonly contents: LoadedPlan['contents'];
  },
  options: BuildOptions,
): Promise<void> {
  const { nodes } = loaded.plan;
  const stacks = stacksOf(loaded.plan);
  const there = new Set((await engine.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []));
  const building = new Map<string, Promise<void>>();
  const ensure = (stack: RenderedStack): Promise<void> => {
    const begun = building.get(stack.inputsHash) ?? ensureStack(stack);
    building.set(stack.inputsHash, begun);
    return begun;
  };
  const ensureStack = async (stack: RenderedStack): Promise<void> => {
    if (there.has(builtImage(stack.inputsHash))) return;
    const { base } = stack;
    const below =
      base.kind === 'stack' ? stacks.find(({ inputsHash }) => inputsHash === base.inputsHash) : undefined;
    if (below !== undefined) await ensure(below);
    const from =
      base.kind === 'stack' ? builtImage(base.inputsHash) : await options.resolveBase(base.reference);
    await build(engine, stack, from, loaded.contents, options);
  };
  const references = nodes.flatMap(({ image }) => (image.kind === 'pulled' ? [image.reference] : []));
  await Promise.all([
    ...stacks.map(ensure),
    ...[...new Set(references)].map((reference) => pulled(engine, reference)),
  ]);
}

/** Pure: all that is built. */
export function stacksOf({
  stacks,
  versions = [],
}: Pick<Plan, 'stacks' | 'versions'>): readonly RenderedStack[] {
  return [...stacks, ...versions.map(({ stack }) => stack)];
}

async function pulled(engine: Docker, reference: string): Promise<void> {
  try {
    await engine.getImage(reference).inspect();
    return;
  } catch {
    // Not here yet: the pull below says why where it cannot be had.
  }
  try {
    await followed(engine, await engine.pull(reference), () => undefined);
  } catch (error) {
    throw new HostError(
      'image-missing',
      `image ${reference} is not here and cannot be pulled: ${messageOf(error)}`,
      {
        hint: 'check the name and digest, log in to its registry, or load it with "docker load"',
        cause: error,
      },
    );
  }
}

async function build(
  engine: Docker,
  stack: RenderedStack,
  from: string,
  contents: LoadedPlan['contents'],
  { signal, onOutput }: BuildOptions,
): Promise<void> {
  signal.throwIfAborted();
  const lines: string[] = [];
  const trust = stack.dockerfile.includes(`ARG ${trustArgument}`) ? ownCertificates() : '';
  try {
    const stream = await engine.buildImage(contextOf(stack, contents), {
      t: builtImage(stack.inputsHash),
      buildargs: { BASE: from, ...(trust === '' ? {} : { [trustArgument]: trust }) },
      forcerm: true,
      // The classic builder: BuildKit is not in every engine, and nothing here needs it.
      version: '1',
      abortSignal: signal,
    });
    await followed(engine, stream, (text) => {
      for (const line of text.split(/\r?\n/).filter((one) => one.trim() !== '')) {
        lines.push(line);
        onOutput?.(stack.label, line);
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new HostError(
      'build-failed',
      `the image of stack "${stack.label}" could not be built: ${messageOf(error)}\n${lines
        .slice(-12)
        .map((line) => `  ${line}`)
        .join('\n')}`,
      {
        hint: 'the step that failed stands above; a package version that is gone must be changed where it is asked for: in stack.yaml, or in a profile',
        cause: error,
      },
    );
  }
}

/** The build context as tar, without times: equal inputs give equal bytes, and so the engine's cache holds. */
function contextOf(stack: RenderedStack, contents: LoadedPlan['contents']): NodeJS.ReadableStream {
  const context = pack();
  context.entry({ name: 'Dockerfile', mtime: new Date(0) }, stack.dockerfile);
  for (const [name, { sha256, mode }] of Object.entries(stack.files)) {
    const content = contents.get(sha256);
    if (content === undefined) throw new Error(`content ${sha256} of ${name} was not loaded`);
    context.entry({ name, mode: parseInt(mode, 8), mtime: new Date(0) }, Buffer.from(content));
  }
  context.finalize();
  return Readable.from(context);
}

const Progress = z.object({ stream: z.string().optional(), error: z.string().optional() });

/** The engine answers 200 to a build and tells of failure in the stream. */
async function followed(
  engine: Docker,
  stream: NodeJS.ReadableStream,
  onText: (text: string) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(
      stream,
      (error) => {
        if (error === null) resolve();
        else reject(error);
      },
      (event: unknown) => {
        const progress = Progress.safeParse(event);
        if (progress.success && progress.data.stream !== undefined) onText(progress.data.stream);
        if (progress.success && progress.data.error !== undefined) reject(new Error(progress.data.error));
      },
    );
  });
}
