import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ConfigurationFile, Findings } from './process-record.ts';

/** Text as base64 since it may be any bytes; a number in its place is the errno of what could not be read. */
const Text = z.union([z.base64().transform((text) => Buffer.from(text, 'base64')), z.int()]);

/** One line of images/toolbox/processwatch.c. */
const Line = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('start'),
    kind: z.enum(['entrypoint', 'suite', 'unit']),
    /** Which of the units that it was asked for; -1 for none. */
    unit: z.int(),
    pid: z.int(),
    startedMs: z.number(),
    uid: z.int(),
    user: Text,
    environ: Text,
    cwd: Text,
    fibTrie: Text,
    argv: Text,
    files: z.union([z.array(z.tuple([Text, Text])), z.int()]),
  }),
  z.strictObject({ event: z.literal('gone'), pid: z.int(), atMs: z.number() }),
  z.strictObject({ event: z.literal('swept') }),
]);
export type WatchLine = z.infer<typeof Line>;
export type Sighting = Extract<WatchLine, { event: 'start' }>;

export function watchLine(line: string): WatchLine {
  return Line.parse(JSON.parse(line));
}

/** The variables of a process; null where they could not be read, or the program had written over them. */
export function environmentOf({ environ, kind }: Sighting): Readonly<Record<string, string>> | null {
  if (typeof environ === 'number') return null;
  const variables = Object.fromEntries(
    zeroEnded(environ).flatMap((one) => {
      const at = one.indexOf('=');
      return at > 0 ? [[one.slice(0, at), one.slice(at + 1)] as const] : [];
    }),
  );
  // systemd gives every process of a unit its invocation: where that is gone, the rest is not what it was either.
  const overwritten = kind === 'unit' && !('INVOCATION_ID' in variables);
  return overwritten || Object.keys(variables).length === 0 ? null : variables;
}

/** Pure: all that a look at a running process tells, each from its place in /proc. */
export function findingsOf(sighting: Sighting): Findings {
  const { pid, startedMs, uid, user, cwd, argv, fibTrie, files } = sighting;
  const environment = environmentOf(sighting);
  const overwritten = environment === null && typeof sighting.environ !== 'number';
  const addresses = typeof fibTrie === 'number' ? [] : localAddresses(fibTrie.toString('utf8'));
  return {
    pid: { value: pid, source: '/proc: seen while it ran' },
    start: { value: new Date(startedMs).toISOString(), source: '/proc/PID/stat: starttime' },
    uid: uid < 0 ? { absent: '/proc/PID/status was gone' } : { value: uid, source: '/proc/PID/status: Uid' },
    user: read(user, 'its /etc/passwd', (bytes) => bytes.toString('utf8')),
    cwd: read(cwd, '/proc/PID/cwd', (bytes) => bytes.toString('utf8')),
    environment:
      environment !== null
        ? { value: environment, source: '/proc/PID/environ' }
        : {
            absent: overwritten
              ? 'the program had written over /proc/PID/environ before it was read'
              : `/proc/PID/environ: ${errno(sighting.environ)}`,
          },
    argv: overwritten
      ? { absent: 'the program had written over /proc/PID/cmdline before it was read' }
      : read(argv, '/proc/PID/cmdline', (bytes) => [...zeroEnded(bytes)]),
    addresses:
      typeof fibTrie === 'number'
        ? { absent: `/proc/PID/net/fib_trie: ${errno(fibTrie)}` }
        : { value: [...addresses], source: '/proc/PID/net/fib_trie' },
    configuration:
      typeof files === 'number'
        ? { absent: `/proc/PID/root: ${errno(files)}` }
        : { value: files.map(hashed), source: 'its files, read through /proc/PID/root' },
  };
}

function read<V>(
  bytes: Buffer | number,
  source: string,
  as: (bytes: Buffer) => V,
): { readonly value: V; readonly source: string } | { readonly absent: string } {
  return typeof bytes === 'number' ? { absent: `${source}: ${errno(bytes)}` } : { value: as(bytes), source };
}

function hashed([path, content]: readonly [Buffer | number, Buffer | number]): ConfigurationFile {
  const name = typeof path === 'number' ? '?' : path.toString('utf8');
  return typeof content === 'number'
    ? { path: name, sha256: null, why: errno(content) }
    : { path: name, sha256: createHash('sha256').update(content).digest('hex'), why: '' };
}

function zeroEnded(bytes: Buffer): readonly string[] {
  return bytes.toString('utf8').replace(/\0$/, '').split('\0');
}

/** Leaves of the kernel's own table that are this machine's, without loopback. */
function localAddresses(trie: string): readonly string[] {
  const found = trie.matchAll(/\|-- (\d+\.\d+\.\d+\.\d+)\n\s+\/32 host LOCAL/g);
  return [...new Set([...found].map(([, address = '']) => address))].filter(
    (address) => !address.startsWith('127.'),
  );
}

function errno(code: Buffer | number): string {
  const names: Readonly<Record<number, string>> = {
    1: 'not permitted',
    2: 'not there',
    3: 'the process was gone',
    13: 'no right to read it',
    21: 'no regular file',
    27: 'larger than 256 KiB',
  };
  return typeof code === 'number' ? (names[code] ?? `errno ${code}`) : '';
}
