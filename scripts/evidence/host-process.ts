import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import type { ConfigurationFile, Findings } from './process-record.ts';
import { messageOf } from '../../infra/errors.ts';

const largestFileBytes = 256 * 1024;

/** What /proc of this machine says of a process that has just begun; each piece by itself, since it may end meanwhile. */
export function hostFindings(pid: number): Findings {
  const proc = `/proc/${pid}`;
  const argv = read(() => zeroEnded(readFileSync(`${proc}/cmdline`, 'utf8')));
  const cwd = read(() => readlinkSync(`${proc}/cwd`));
  const environment = read(() => variables(readFileSync(`${proc}/environ`, 'utf8')));
  const uid = read(() => Number(/^Uid:\t(\d+)/m.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]));
  const user = read(() => userOf(uid.value ?? NaN));
  return {
    pid: { value: pid, source: 'spawn' },
    argv: from(`${proc}/cmdline`, argv, argv.value?.[0] !== ''),
    cwd: from(`${proc}/cwd`, cwd, true),
    environment: from(`${proc}/environ`, environment, Object.keys(environment.value ?? {}).length > 0),
    uid: from(`${proc}/status: Uid`, uid, !Number.isNaN(uid.value)),
    user: from('/etc/passwd', user, user.value !== ''),
    hostName: { value: hostname(), source: 'gethostname of the controller' },
    addresses: { value: [...addresses()], source: 'interfaces of the controller' },
    configuration:
      argv.value === null || cwd.value === null
        ? { absent: 'its arguments or its folder were not seen' }
        : { value: [...filesIn(argv.value, cwd.value)], source: 'files that its arguments name' },
  };
}

type Read<V> = { readonly value: V; readonly why: '' } | { readonly value: null; readonly why: string };

function read<V>(look: () => V): Read<V> {
  try {
    return { value: look(), why: '' };
  } catch (error) {
    return { value: null, why: messageOf(error) };
  }
}

/** A process that has ended and is not waited for yet reads as empty, not as gone. */
function from<V>(
  source: string,
  { value, why }: Read<V>,
  filled: boolean,
): { readonly value: V; readonly source: string } | { readonly absent: string } {
  if (value === null) return { absent: `${source}: ${why}` };
  return filled ? { value, source } : { absent: `${source}: the process had ended when it was read` };
}

function zeroEnded(text: string): string[] {
  return text.replace(/\0$/, '').split('\0');
}

function variables(text: string): Record<string, string> {
  return Object.fromEntries(
    zeroEnded(text).flatMap((one) => {
      const at = one.indexOf('=');
      return at > 0 ? [[one.slice(0, at), one.slice(at + 1)] as const] : [];
    }),
  );
}

function userOf(uid: number): string {
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  return accounts.find((line) => line.split(':')[2] === String(uid))?.split(':')[0] ?? '';
}

function addresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);
}

function filesIn(argv: readonly string[], cwd: string): readonly ConfigurationFile[] {
  return argv.slice(1).flatMap((word): readonly ConfigurationFile[] => {
    const path = resolve(cwd, word);
    try {
      const what = statSync(path);
      if (!what.isFile()) return [];
      if (what.size > largestFileBytes) return [{ path, sha256: null, why: 'larger than 256 KiB' }];
      return [{ path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex'), why: '' }];
    } catch {
      return []; // a word that is no file
    }
  });
}
