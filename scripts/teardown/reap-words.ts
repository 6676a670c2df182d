import type { KnownCluster } from './inventory.ts';

/** Why a cluster may be destroyed by whoever finds it, as a sentence. */
export function whyReaped({ reapable, expires, holderPid }: KnownCluster): string {
  switch (reapable) {
    case 'expired':
      return `its time ended${expires === null ? '' : ` at ${expires}`}`;
    case 'holder-dead':
      return `process ${holderPid ?? ''}, which was working on it, has died, and nobody asked to keep it`;
    case null:
      return 'nothing says that it may go';
  }
}

/** Why a cluster is none of `reap`'s business, or not yet, as a sentence. */
export function whySpared(cluster: KnownCluster): string {
  const { mine, owner, elsewhere, holder, holderPid, kept, expires, reason, made } = cluster;
  if (!mine)
    return owner === ''
      ? 'it was not made from here, and nothing says whose it is'
      : `it belongs to ${owner}, and was not made from here`;
  if (elsewhere) return 'it is on another Docker Engine than the one that was asked';
  if (holder === 'alive' && !kept) return `process ${holderPid ?? ''} is working on it`;
  if (holder === 'unknown' && !kept)
    return 'it was made on another machine, and whether that still works on it cannot be seen from here';
  const asked = reason === '' ? '' : ` (${reason})`;
  if (expires !== null) return `it is kept on purpose${asked} until ${expires}`;
  return made === 'plain'
    ? 'pulumi up made it, without an end; pulumi destroy takes it down'
    : `it is kept on purpose${asked}, without an end`;
}
