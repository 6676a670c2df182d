/** Debian's numbers and names, https://www.debian.org/releases/: those whose packages a mirror still has. */
const releases: ReadonlyMap<string, string> = new Map([
  ['11', 'bullseye'],
  ['12', 'bookworm'],
  ['13', 'trixie'],
]);

/** Releases by name, for people. */
export const knownReleases = [...releases.values()].join(', ');

/**
 * Pure: of the tag of Debian's image: `debian:bookworm-slim@sha256:…`, `debian:12.5`, `debian:trixie-20250520`. null where it is another
 * image, or a tag that names no release for good (`stable`, `latest`).
 */
export function debianRelease(reference: string): string | null {
  const [, tag = ''] = /^debian:([a-z0-9.-]+)/.exec(reference) ?? [];
  const [first = ''] = tag.split(/[.-]/);
  return releases.get(first) ?? [...releases.values()].find((name) => name === first) ?? null;
}
