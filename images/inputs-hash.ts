import { createHash } from 'node:crypto';
import { inputsHashPlaceholder } from './dockerfile.ts';

export interface BuildInputs {
  /** As rendered, with the placeholder where the hash will stand. */
  readonly dockerfile: string;
  /** Path in the build context → SHA-256 of the content and mode. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly mode: string }>>;
}

/** Names a built image by all it is built from: 64 hex digits. The base counts through the Dockerfile's BASE. */
export function inputsHash({ dockerfile, files }: BuildInputs): string {
  const hash = createHash('sha256').update(dockerfile);
  for (const path of Object.keys(files).sort()) {
    const file = files[path];
    hash.update(`\0${path}\0${file?.mode ?? ''}\0${file?.sha256 ?? ''}`);
  }
  return hash.digest('hex');
}

export function withInputsHash(dockerfile: string, hash: string): string {
  return dockerfile.replace(inputsHashPlaceholder, hash);
}

/** Name of the image that is built from these inputs. */
export function builtImage(hash: string): string {
  return `understudy/${hash.slice(0, 16)}:latest`;
}
