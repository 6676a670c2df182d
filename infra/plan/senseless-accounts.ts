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
      const { accounts = [], words = [] } = declared.get(role) ?? {};
      const own = accounts.filter((one) => one.name === fault.account);
      const found = own.length === 0 ? null : alike(fault, own, words, name);
      if (found !== null) return [{ of, ...found }];
    }
    return [];
  });
}

function alike(
  fault: AccountFault,
  own: readonly Account[],
  words: readonly string[],
  node: string,
): Finding | null {
  const { account } = fault;
  const changes = (name: string, file: string): boolean =>
    words.some((word) => word === file || word.split(/[^a-z0-9_-]/).includes(name));
  switch (fault.kind) {
    case 'environment.uid':
      if (own.every(({ uid }) => uid !== fault.uid) || changes(account, '/etc/passwd')) return null;
      return {
        key: 'uid',
        message: `${account} has uid ${fault.uid} on ${node} already, without any fault`,
        hint: 'another number than the one it is declared with',
      };
    case 'environment.group': {
      const groups = own.flatMap((one) => one.groups);
      if (groups.includes(fault.group) || changes(fault.group, '/etc/group')) return null;
      return {
        key: 'group',
        message: `${account} is declared on ${node} without being a member of ${fault.group}, and cannot lose that`,
        hint: suggestion(fault.group, groups),
      };
    }
    default:
      return null;
  }
}
