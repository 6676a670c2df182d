import { assertNever } from '../../../infra/errors.ts';
import type { AccountFault } from '../../../infra/spec/fault.ts';
import type { ExecOptions, NodeAccess } from '../../nodes/node.ts';

export interface AccountReading {
  /** Each thing that was tried as the account, and whether it could be done; empty where nothing could be tried. */
  readonly could: Readonly<Record<string, boolean>>;
  /** What stands beside that: permission bits of the path, the words of who refused a login, the uid of one. */
  readonly said: string;
}

/** A folder is listed, written to and entered, a file opened for reading and writing and, as the kernel has it, run. */
const accesses = [
  'able() { if "$@" >/dev/null 2>&1; then echo yes "$1"; else echo no "$1"; fi; }',
  'list() { ls -A "$p"; }',
  'create() { f="$p/.understudy-access.$$"; ( : > "$f" ) && rm -f "$f"; }',
  'enter() ( cd "$p" )',
  'read_it() ( : < "$p" )',
  'write_it() ( : >> "$p" )',
  'run_it() { [ -x "$p" ]; }',
  'p=$1',
  'if [ "$2" = directory ]; then able list; able create; able enter; else able read_it; able write_it; able run_it; fi',
].join('\n');

/** A file that nobody but root and members of the group can read tells whether a login is one. */
const membership = [
  'f=$(mktemp /tmp/.understudy-group.XXXXXX) || exit',
  'trap \'rm -f "$f"\' EXIT',
  'chgrp "$2" "$f" && chmod 060 "$f" || exit',
  'able() { what=$1; shift; if "$@" >/dev/null 2>&1; then echo yes "$what"; else echo no "$what"; fi; }',
  'listed() { su "$1" -s /bin/sh -c "id -Gn" | tr " " "\\n" | grep -qxF "$2"; }',
  'able log-in su "$1" -s /bin/sh -c true',
  'able be-listed listed "$1" "$2"',
  'able read-as-member su "$1" -s /bin/sh -c \'cat "$0"\' "$f"',
].join('\n');

const login =
  'if said=$(su "$1" -s /bin/sh -c true 2>&1); then echo yes log-in; else echo no log-in; fi; echo said $said';
/** What the account's home is to who logs in: by its number the kernel knows whose a file is. */
const ownership = [
  'able() { what=$1; shift; if "$@" >/dev/null 2>&1; then echo yes "$what"; else echo no "$what"; fi; }',
  'home=$(getent passwd "$1" | cut -d: -f6)',
  'able log-in su "$1" -s /bin/sh -c true',
  'able own-its-home su "$1" -s /bin/sh -c \'[ -O "$0" ]\' "$home"',
  'echo said $(su "$1" -s /bin/sh -c "id -u")',
].join('\n');
const sudo = 'if sudo -n "$@" >/dev/null 2>&1; then echo yes sudo; else echo no sudo; fi';

/** What an account can do, tried inside the node. */
export async function readAccount(
  node: NodeAccess,
  fault: AccountFault,
  signal: AbortSignal,
): Promise<AccountReading> {
  const { account } = fault;
  const run = async (script: string, words: readonly string[], as: ExecOptions = {}): Promise<string> => {
    const options = { environment: { LC_ALL: 'C' }, timeoutMs: 20_000, signal, ...as };
    return (await node.exec(['sh', '-c', script, 'sh', ...words], options)).stdout;
  };
  if ((await run('id -u "$1"', [account])) === '') return { could: { exist: false }, said: '' };
  switch (fault.kind) {
    case 'environment.mode': {
      const stat = await run('stat -L -c "%a %F" "$1"', [fault.path]);
      const [mode = '', kind = ''] = stat.trim().split(' ');
      return { ...accountReading(await run(accesses, [fault.path, kind], { user: account })), said: mode };
    }
    case 'environment.group':
      return accountReading(await run(membership, [account, fault.group]));
    case 'environment.sudo':
      return accountReading(await run(sudo, fault.command, { user: account }));
    case 'environment.expired':
      return accountReading(await run(login, [account]));
    case 'environment.uid':
      return accountReading(await run(ownership, [account]));
    default:
      return assertNever(fault);
  }
}

/** Pure: of what the scripts print. */
export function accountReading(text: string): AccountReading {
  const lines = text.split('\n').map((line) => line.split(' '));
  const tried = lines.filter(([word]) => word === 'yes' || word === 'no');
  const said = lines.find(([word]) => word === 'said') ?? [];
  return {
    could: Object.fromEntries(tried.map(([word, what = '']) => [what, word === 'yes'])),
    said: said.slice(1).join(' '),
  };
}
