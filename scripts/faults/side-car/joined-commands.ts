/**
 * Pure: one command that does what all of these do, in their order; null where there is none. To start a program costs more
 * than what it does to one link. nft takes many in one transaction, iptables many sources of one rule: where one of them
 * fails, none was done.
 */
export function joined(commands: readonly (readonly string[])[]): readonly string[] | null {
  const [first, ...rest] = commands;
  if (first === undefined) return null;
  if (rest.length === 0) return first;
  switch (first[0]) {
    case 'nft':
      return rest.every(([program]) => program === 'nft')
        ? [...first, ...rest.flatMap(([, ...words]) => [';', ...words])]
        : null;
    case 'iptables':
      return ofManySources(commands);
    default:
      return null;
  }
}

/** Rules that are alike but for where packets come from. */
function ofManySources(commands: readonly (readonly string[])[]): readonly string[] | null {
  const parts = commands.map((words) => {
    const at = words.indexOf('-s') + 1;
    return { source: words[at] ?? '', rest: [...words.slice(0, at), '', ...words.slice(at + 1)] };
  });
  const [first] = parts;
  if (first === undefined || parts.some(({ rest }) => rest.join(' ') !== first.rest.join(' '))) return null;
  const sources = parts.map(({ source }) => source).join(',');
  return first.rest.map((word) => (word === '' ? sources : word));
}
