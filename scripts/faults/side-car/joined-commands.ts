/**
 * Pure: one command that does what all of these do, in their order; null where there is none. To start a program costs more
 * than what it does to one link. nft takes many in one transaction: where one of them fails, none was done.
 */
export function joined(commands: readonly (readonly string[])[]): readonly string[] | null {
  const [first, ...rest] = commands;
  if (first === undefined) return null;
  if (rest.length === 0) return first;
  if (commands.some(([program]) => program !== 'nft')) return null;
  return [...first, ...rest.flatMap(([, ...words]) => [';', ...words])];
}
