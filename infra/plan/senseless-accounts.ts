import type { Account } from '../../images/stack.ts';
import { isAccountFault, type AccountFault } from '../spec/fault.ts';
import { suggestion } from '../spec/allowed.ts';
import type { DeclaredAccounts } from './declared-accounts.ts';
import type { Plan } from './plan.ts';
import type { Finding, Senseless } from './senseless.ts';

/**
 * Pure: what would make no difference to an account, as far as that is declared. An account that nobody declares may be there
 * all the same, of the base image or a package: then only the run can tell.
 */
export function accountsAlike(
  { nodes, schedule }: Pick<Plan, 'nodes' | 'schedule'>,
  declared: ReadonlyMap<string, DeclaredAccounts>,
): readonly Senseless[] {
  const once = schedule.filter(({ fault }, at) => schedule.findIndex((one) => one.fault === fault) === at);
  return once.flatMap((of) => {
    const { fault, targets } = of;
    if (!isAccountFault(fault)) return [];
    for (const { name, role } of nodes.filter((node) => targets.includes(node.name))) {
      const there = declared.get(role);
      const own = there?.accounts.filter((one) => one.name === fault.account) ?? [];
      const found = there === undefined || own.length === 0 ? null : alike(fault, own, there, name);
      if (found !== null) return [{ of, ...found }];
    }
    return [];
  });
}

/** What images change an account by. */
const changesAccounts = /\b(usermod|useradd|adduser|addgroup|gpasswd|groupmems|groupmod)\b/;

function alike(
  fault: AccountFault,
  own: readonly Account[],
  { commands, files }: DeclaredAccounts,
  node: string,
): Finding | null {
  const { account } = fault;
  const changes = (file: string): boolean =>
    files.includes(file) ||
    commands.some((one) => one.includes(file) || (changesAccounts.test(one) && one.includes(account)));
  switch (fault.kind) {
    case 'environment.uid':
      if (own.every(({ uid }) => uid !== fault.uid) || changes('/etc/passwd')) return null;
      return {
        key: 'uid',
        message: `${account} has uid ${fault.uid} on ${node} already, without any fault`,
        hint: 'another number than the one it is declared with',
      };
    case 'environment.group': {
      const groups = own.flatMap((one) => one.groups);
      if (groups.includes(fault.group) || changes('/etc/group')) return null;
      return {
        key: 'group',
        message: `${account} is declared on ${node} without being a member of ${fault.group}, and cannot lose that`,
        hint:
          groups.length === 0
            ? 'it has no `groups:`: give it those of production'
            : suggestion(fault.group, groups),
      };
    }
    default:
      return null;
  }
}
