import type { Account } from '../../images/stack.ts';
import type { Problem } from '../errors.ts';
import type { SpecDocument } from './document.ts';
import { problemAt } from './problems.ts';

/** Two accounts of one machine that cannot both be. */
export function accountProblems(document: SpecDocument, accounts: readonly Account[]): readonly Problem[] {
  return accounts.flatMap(({ name, uid }, index) => {
    const before = accounts.slice(0, index);
    const sameUid = before.find((one) => one.uid === uid && one.name !== name);
    const clash = {
      code: 'uid-clash',
      message: `uid ${uid} of "${name}" is already that of "${sameUid?.name ?? ''}"`,
      hint: 'give each account a uid of its own, the one that it has in production',
    };
    const twice = { code: 'duplicate', message: `account "${name}" is declared twice`, hint: 'keep one' };
    return [
      ...(sameUid === undefined ? [] : [problemAt(document, ['accounts', index, 'uid'], clash)]),
      ...(before.some((one) => one.name === name)
        ? [problemAt(document, ['accounts', index, 'name'], twice)]
        : []),
    ];
  });
}
