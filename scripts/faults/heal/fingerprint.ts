import type { NodeAccess } from '../../nodes/node.ts';
import { takeClocks } from './clock-fingerprint.ts';
import { noScaffolding } from '../side-car/scaffolding.ts';
import { listingsOf, type DeclaredState } from './declared-state.ts';

/**
 * What a heal must bring back, line by line: qdiscs, classes, filters, rules (without counters), routes, addresses, mounts
 * with their own and their file system's options, fills, and of what faults are on by name (units, paths, accounts,
 * packages, what a node may use, clocks) how it is.
 */
export type Fingerprint = readonly string[];

/** But for what any Python that runs compiles. */
const ofCarried = [
  'for carried in /usr/lib/understudy-version/*/; do',
  '  [ -e "$carried/paths" ] || continue',
  '  cd /proc/1/root || exit',
  '  paths() { grep -v __pycache__ "$carried/paths" | tr "\\n" "\\0"; }',
  '  there=$({ paths | xargs -0r stat -c "%n %F %a %u:%g" --; paths | xargs -0r sha256sum --; } 2>/dev/null | sha256sum | cut -c1-16)',
  '  echo "${carried#/usr/lib/understudy-version/} $there"',
  'done',
].join('\n');

const commands: readonly (readonly [label: string, argv: readonly string[]])[] = [
  ['qdisc', ['tc', 'qdisc', 'show']],
  ['class', ['tc', 'class', 'show', 'dev', 'eth0']],
  ['filter', ['tc', 'filter', 'show', 'dev', 'eth0']],
  ['rule', ['nft', '-s', 'list', 'ruleset']],
  ['route', ['ip', 'route', 'show', 'table', 'all']],
  ['address', ['ip', '-o', '-4', 'addr', 'show']],
  // Of another version's files that a side-car carries (images/version/carry.sh): which of them a node has, whoever they are of.
  ['carried', ['sh', '-c', ofCarried]],
  // Between two of its crashes a unit is as it was: what makes it crash is not.
  ['program', ['sh', '-c', 'pgrep --full --list-full "^unitfault " | cut -d " " -f 2-']],
  // Of all that listens the software has its own, and may have more later: what is ours is at link-local addresses.
  ['listener', ['ss', '--listening', '--tcp', '--numeric', '--no-header', 'src', '169.254.0.0/16']],
];

const listingDeadlineMs = 10_000;
/**
 * For those that read contents: all that pip installed may be several gigabytes (PyTorch with CUDA), which a disk that several nodes share
 * gives at 100 MB/s or less when it is read for the first time.
 */
const contentsDeadlineMs = 180_000;
const ofContents: ReadonlySet<string> = new Set(['carried', 'package', 'project']);

/** What a fingerprint is taken of beside the node's network and mounts. */
export interface Fingerprinted extends DeclaredState {
  readonly disks: readonly string[];
  /** Of units as well: those whose clock is looked at. */
  readonly clocks: readonly string[];
}

/** Taken before the first fault and after the last: equal, or what differs is named. */
export async function takeFingerprint(
  node: NodeAccess,
  sideCar: NodeAccess,
  fingerprinted: Fingerprinted,
): Promise<Fingerprint> {
  const listings = await Promise.all(
    commands.map(async ([label, argv]) => lines(label, await listing(sideCar, argv, deadlineOf(label)))),
  );
  const mountLines = (await listing(node, ['cat', '/proc/1/mountinfo']))
    .split('\n')
    .map((line) => [...line.split(' ').slice(4, 6), line.split(' - ')[1]?.split(' ')[2]].join(' '))
    .join('\n');
  const fills = await Promise.all(
    fingerprinted.disks.map(async (path) =>
      lines('file', await listing(sideCar, ['find', path, '-maxdepth', '1', '-name', '.understudy-*'])),
    ),
  );
  const states = await Promise.all(
    listingsOf(fingerprinted).map(async ([label, argv]) =>
      lines(label, await listing(node, argv, deadlineOf(label))),
    ),
  );
  const { clocks } = fingerprinted;
  const times = clocks.length === 0 ? [] : lines('clock', await takeClocks(node, sideCar, clocks, listing));
  return [
    ...listings.flat(),
    ...lines('mount', mountLines),
    ...fills.flat(),
    ...states.flat(),
    ...times,
  ].sort();
}

function deadlineOf(label: string): number {
  return ofContents.has(label) ? contentsDeadlineMs : listingDeadlineMs;
}

/** A listing that fails both times would be equal to itself. */
async function listing(
  node: NodeAccess,
  argv: readonly string[],
  timeoutMs = listingDeadlineMs,
): Promise<string> {
  const { exitCode, stdout, stderr } = await node.exec(argv, { timeoutMs });
  if (exitCode === 0) return stdout;
  throw new Error(`${node.name}: "${argv.join(' ')}" ended with ${exitCode}: ${stderr.trim()}`);
}

/**
 * Pure: what was not there before, and what is gone, but for what is declared to stand meanwhile; a line that stands there
 * twice must stand there twice again.
 */
export function leftovers(
  node: string,
  before: Fingerprint,
  after: Fingerprint,
  { come, gone } = noScaffolding,
): readonly string[] {
  return [
    ...undeclared(beyond(after, before), come).map((line) => `${node}: ${line}`),
    ...undeclared(beyond(before, after), gone).map((line) => `${node}: gone: ${line}`),
  ];
}

function undeclared(lines: readonly string[], declared: readonly RegExp[]): readonly string[] {
  const left = [...declared];
  return lines.filter((line) => {
    const at = left.findIndex((pattern) => pattern.test(line));
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

/** Lines of `all` that `known` has none of, or fewer. */
function beyond(all: Fingerprint, known: Fingerprint): readonly string[] {
  const left = new Map<string, number>();
  for (const line of known) left.set(line, (left.get(line) ?? 0) + 1);
  return all.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

/**
 * The engine draws these anew each time that a node starts: an interface's number, the ports of its own name server, and,
 * where another node comes in its place, the folders of its layers.
 */
function withoutDrawn(line: string): string {
  const named = line.replace(/^\d+: /, '').replaceAll(/\b(lowerdir|upperdir|workdir)=[^, ]*/g, '$1=?');
  return named.includes('127.0.0.11') ? named.replaceAll(/(127\.0\.0\.11:|sport )\d+/g, '$1?') : named;
}

function lines(label: string, text: string): readonly string[] {
  return (
    text
      .split('\n')
      .map((line) => withoutDrawn(line.trim().replaceAll(/\s+/g, ' ')))
      // Brackets that only close name nothing: what they close has a line of its own.
      .filter((line) => /\w/.test(line))
      .map((line) => `${label} ${line}`)
  );
}
