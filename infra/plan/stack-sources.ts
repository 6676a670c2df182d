import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { renderDockerfile, type RenderedFile } from '../../images/dockerfile.ts';
import { builtImage, inputsHash, withInputsHash } from '../../images/inputs-hash.ts';
import { isByDigest, type Stack } from '../../images/stack.ts';
import { UsageError } from '../errors.ts';
import { readAuthorFile } from '../spec/author-file.ts';
import { loadStack } from '../spec/load.ts';
import type { RenderedStack } from './plan.ts';

/** Stacks by folder, each rendered once, bases before what is built on them. */
export class StackSources {
  readonly contents = new Map<string, Uint8Array>();
  readonly #rendered = new Map<string, RenderedStack>();

  rendered(): readonly RenderedStack[] {
    return [...this.#rendered.values()];
  }

  /** Renders `stack`, whose paths are relative to `folder`, and what it is built on; returns its inputsHash. */
  of(folder: string, stack: Stack): string {
    return this.#render(folder, stack, []);
  }

  /** Renders `stack` as built on `base`, whatever it says of that; it is called `label`. Not among `rendered()`. */
  onto(base: RenderedStack['base'], folder: string, label: string, stack: Stack): RenderedStack {
    return this.#renderedOn(base, folder, label, stack);
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
    const rendered = this.#renderedOn(this.#base(folder, stack, above), folder, basename(folder), stack);
    this.#rendered.set(rendered.inputsHash, rendered);
    return rendered.inputsHash;
  }

  #renderedOn(base: RenderedStack['base'], folder: string, label: string, stack: Stack): RenderedStack {
    const files = Object.entries(stack.files).map(([path, file], index) => {
      const content = file.content ?? readAuthorFile(resolve(folder, file.source ?? ''));
      const sha256 = this.#keep(content);
      // Docker would take *, ? and [ in the name of a source for patterns.
      const name = basename(path).replaceAll(/[^A-Za-z0-9._-]/g, '_');
      const context = `files/${String(index).padStart(3, '0')}/${name}`;
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
      files.map(({ rendered, sha256 }) => [
        rendered.context,
        { path: rendered.path, sha256, mode: rendered.mode },
      ]),
    );
    const hash = inputsHash({ dockerfile, files: contextFiles });
    return {
      inputsHash: hash,
      label,
      base,
      dockerfile: withInputsHash(dockerfile, hash),
      files: contextFiles,
    };
  }

  #base(folder: string, { base }: Stack, above: readonly string[]): RenderedStack['base'] {
    if (isByDigest(base)) return { kind: 'reference', reference: base };
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
