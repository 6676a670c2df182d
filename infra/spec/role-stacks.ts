import { dirname, resolve } from 'node:path';
import { isByDigest, type Account, type Stack } from '../../images/stack.ts';
import type { Problem } from '../errors.ts';
import type { Role } from './cluster.ts';
import type { SpecDocument } from './document.ts';
import { loadStack, refuse, type LoadedSpec } from './load.ts';
import { problemAt } from './problems.ts';

export interface RoleStack {
  readonly folder: string;
  /** The folder's stack with the cluster's accounts and the role's own packages and limits added. */
  readonly merged: Stack;
}

/** The stack of every role that is built from one. All contradictions between roles and their stacks at once. */
export function roleStacks({ file, document, cluster }: LoadedSpec): ReadonlyMap<string, RoleStack> {
  const stacks = new Map<string, RoleStack>();
  const problems: Problem[] = [];
  for (const [name, role] of Object.entries(cluster.roles)) {
    if (isByDigest(role.image)) continue;
    const folder = resolve(dirname(file), role.image);
    const stack = loadStack(folder);
    problems.push(
      ...otherInit(document, name, role, stack),
      ...otherAccounts(document, role, cluster.accounts, stack.accounts),
    );
    stacks.set(name, { folder, merged: merged(stack, role, cluster.accounts) });
  }
  refuse(document, unique(problems));
  return stacks;
}

function merged(stack: Stack, role: Role, accounts: readonly Account[]): Stack {
  return {
    ...stack,
    accounts: [
      ...stack.accounts,
      ...accounts.filter(({ name }) => !stack.accounts.some((one) => one.name === name)),
    ],
    packages: {
      apt: { ...stack.packages.apt, ...role.packages.apt },
      pip: { ...stack.packages.pip, ...role.packages.pip },
    },
    limits: { ...stack.limits, ...role.limits },
  };
}

function otherInit(
  document: SpecDocument,
  name: string,
  { image, init }: Role,
  stack: Stack,
): readonly Problem[] {
  if (stack.init === init) return [];
  return [
    problemAt(document, ['roles', name, 'init'], {
      code: 'init',
      message: `role "${name}" has init: ${init}, its ${image}/stack.yaml has init: ${stack.init}`,
      hint: 'make both the same',
    }),
  ];
}

function otherAccounts(
  document: SpecDocument,
  { image }: Role,
  ours: readonly Account[],
  theirs: readonly Account[],
): readonly Problem[] {
  return ours.flatMap(({ name, uid }, index) => {
    const other = theirs.find((one) => (one.uid === uid) !== (one.name === name));
    if (other === undefined) return [];
    return [
      problemAt(document, ['accounts', index, 'uid'], {
        code: 'uid-clash',
        message: `account "${name}" has uid ${uid} here, and ${image}/stack.yaml has "${other.name}" with ${other.uid}`,
        hint: 'make both the same, or declare the account in one of the two',
      }),
    ];
  });
}

/** Roles that share a stack share its problems. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(
    ({ message, line }, index) =>
      problems.findIndex((one) => one.message === message && one.line === line) === index,
  );
}
