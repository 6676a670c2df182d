import { assertNever } from '../../../infra/errors.ts';
import { isAccountFault, type AccountFault } from '../../../infra/spec/fault.ts';
import { readAccount, type AccountReading } from './account-readings.ts';
import type { Judged } from '../watch/judge.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import type { Asked, TargetMeaning, TargetReader } from '../watch/target-watch.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

/** Pure: what readings of an account mean. */
export const accountMeaning: TargetMeaning<AccountFault, AccountReading> = {
  isOf: isAccountFault,
  unread: { could: {}, said: '' },
  judge(fault, { before, during, after }) {
    const was = isFree(fault, before) ? 0 : 1;
    const is = isHurt(fault, before, during) ? 1 : 0;
    const left = isSame(before, after) ? 0 : 1;
    return {
      ...{ requested: 1, unit: 'bool', tolerance: 0, ok: is === 1 },
      n: Object.keys(during.could).length,
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      why: is === 1 ? '' : whyNot(fault, before, during),
    } satisfies Judged;
  },
  whyNotHealed({ account }, { before, after }) {
    if (!wasTried(after)) return `nothing could be tried as ${account} there`;
    return isSame(before, after)
      ? ''
      : `${account} could ${doneBy(after, true)} (${after.said}), and before ${doneBy(before, true)} (${before.said})`;
  },
  isAsBefore: (before, now) => wasTried(now) && isSame(before, now),
};

/** It can do what the fault is to take away. */
function isFree(fault: AccountFault, reading: AccountReading): boolean {
  if (!wasTried(reading)) return false;
  return fault.kind === 'environment.mode' ? bits(reading.said) !== bits(fault.mode) : all(reading);
}

/** What it could do before, it cannot now, for the reason that was asked for. */
function isHurt(fault: AccountFault, before: AccountReading, now: AccountReading): boolean {
  if (!isFree(fault, before) || !wasTried(now)) return false;
  const { could, said } = now;
  switch (fault.kind) {
    case 'environment.mode':
      return bits(said) === bits(fault.mode) && !isEqual(before, now);
    case 'environment.group':
      // It still can log in, and is refused all the same.
      return could['log-in'] === true && could['be-listed'] === false && could['read-as-member'] === false;
    case 'environment.sudo':
      return could['sudo'] === false;
    case 'environment.expired':
      return could['log-in'] === false && /expired/i.test(said);
    case 'environment.uid':
      return could['log-in'] === true && could['own-its-home'] === false && said === String(fault.uid);
    default:
      return assertNever(fault);
  }
}

function bits(mode: string): number {
  return mode === '' ? NaN : Number.parseInt(mode, 8);
}

function wasTried({ could }: AccountReading): boolean {
  return Object.keys(could).length > 0;
}

function all({ could }: AccountReading): boolean {
  return Object.values(could).every(Boolean);
}

function isEqual({ could: a }: AccountReading, { could: b }: AccountReading): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((what) => a[what] === b[what]);
}

function isSame(a: AccountReading, b: AccountReading): boolean {
  return isEqual(a, b) && a.said === b.said;
}

function whyNot(fault: AccountFault, before: AccountReading, during: AccountReading): string {
  const { account } = fault;
  if (!wasTried(before) || !wasTried(during)) return `nothing could be tried as ${account} there`;
  if (fault.kind === 'environment.mode')
    return `with mode ${during.said || 'not to be seen'} (before: ${before.said}) ${account} could ${doneBy(during, true)}, and before ${doneBy(before, true)}`;
  return all(before)
    ? `${account} still could ${doneBy(during, true)}${during.said === '' ? '' : ` (${during.said})`}`
    : `${account} could not ${doneBy(before, false)} before the fault either`;
}

function doneBy({ could }: AccountReading, is: boolean): string {
  const all = Object.keys(could).filter((one) => could[one] === is);
  return all.join(', ') || 'nothing';
}

/** Accounts, tried inside their nodes. */
export class AccountReader implements TargetReader<AccountFault, AccountReading> {
  readonly #victims: readonly Victim[];

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return nodesBeside(this.#victims, targets);
  }

  /** The same is tried on bystanders: some may not have the account, before and after. */
  async read(node: string, { scheduled }: Asked<AccountFault>, signal: AbortSignal): Promise<AccountReading> {
    const { fault } = scheduled;
    if (!isAccountFault(fault)) throw new Error(`${scheduled.id} is of another family`);
    return readAccount(victimNamed(this.#victims, node).access, fault, signal);
  }
}
