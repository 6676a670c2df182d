import { resolve } from 'node:path';
import { isByDigest, type Account, type Stack } from '../../images/stack.ts';
import { loadStack } from '../spec/load.ts';
import type { RoleStack } from '../spec/role-stacks.ts';

/** What is declared of the accounts of a role's nodes, in the spec and in all the stacks that they are built from. */
export interface DeclaredAccounts {
  readonly accounts: readonly Account[];
  /** What else could make them others than declared: commands of the stacks, a text each, and paths of their files. */
  readonly commands: readonly string[];
  readonly files: readonly string[];
}

/** By role; none for an image that is pulled, of which nothing is declared. No stack is built on itself (StackSources). */
export function declaredAccounts(
  stacks: ReadonlyMap<string, RoleStack>,
): ReadonlyMap<string, DeclaredAccounts> {
  return new Map(
    [...stacks].map(([role, { folder, merged }]) => {
      const all = withBases(folder, merged);
      const declared: DeclaredAccounts = {
        accounts: all.flatMap(({ accounts }) => accounts),
        commands: all.flatMap(({ commands }) => commands.map((argv) => argv.join(' '))),
        files: all.flatMap(({ files }) => Object.keys(files)),
      };
      return [role, declared];
    }),
  );
}

function withBases(folder: string, stack: Stack): readonly Stack[] {
  if (isByDigest(stack.base)) return [stack];
  const below = resolve(folder, stack.base);
  return [stack, ...withBases(below, loadStack(below))];
}
