import type Docker from 'dockerode';
import { createHash } from 'node:crypto';
import { extract, type Header } from 'tar-stream';

/**
 * Paths that differ between two builds of the same inputs although nothing that runs does: caches, logs, host keys and
 * backups that package scripts write, all of them made anew where they matter.
 */
const volatile: readonly RegExp[] = [
  /^var\/(cache|log|lib\/apt\/lists|tmp)\//,
  /^(tmp|run|proc|sys|dev)\//,
  /^etc\/(machine-id|hostname|hosts|resolv\.conf|mtab|ld\.so\.cache|[a-z]+-)$/,
  /^etc\/ssh\/ssh_host_/,
  /^var\/lib\/(systemd\/(catalog|random-seed)|dpkg\/[a-z]+-old)/,
  /^\.dockerenv$/,
  /\/__pycache__\//,
];

/**
 * The third identity of an image: SHA-256 over its normalised file tree (path, kind, mode, owner, link target and
 * content of each entry, sorted; no times), so that two builds of the same inputs can be compared. The engine's own
 * image id cannot: `docker import` gives a new one each time.
 *
 * Reads the whole file system once (about 1 s for 200 MB); callers keep the result by image id. `labels` are what the
 * container that it is read from is found by where its maker is killed meanwhile.
 */
export async function contentDigest(
  engine: Docker,
  image: string,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const container = await engine.createContainer({
    Image: image,
    Cmd: ['none'],
    Entrypoint: [],
    Labels: labels,
  });
  try {
    const archive = await container.export();
    const reader = extract();
    archive.on('error', (error: Error) => {
      reader.destroy(error);
    });
    archive.pipe(reader);
    const entries: string[] = [];
    for await (const entry of reader) {
      const content = createHash('sha256');
      for await (const chunk of entry) content.update(bytes(chunk));
      if (!isVolatile(entry.header.name)) entries.push(describe(entry.header, content.digest('hex')));
    }
    return `sha256:${createHash('sha256').update(entries.sort().join('\n')).digest('hex')}`;
  } finally {
    await container.remove({ force: true });
  }
}

function describe({ name, type, mode, uid, gid, linkname }: Header, content: string): string {
  return JSON.stringify([name, type, mode & 0o7777, uid, gid, linkname, content]);
}

function bytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new Error(`a tar entry gave ${typeof chunk} where bytes were expected`);
}

function isVolatile(path: string): boolean {
  return volatile.some((pattern) => pattern.test(path));
}
