import {
  isAccountFault,
  isClockFault,
  isDependencyFault,
  isDnsFault,
  isDiskCallFault,
  isDiskFault,
  isLinkFault,
  isProcessFault,
  isUnitSettingFault,
  type Fault,
  type FaultKind,
} from '../spec/fault.ts';
import { canonicalJson } from './canonical.ts';
import type { ScheduledFault } from './plan.ts';
import { RefusedFault, type Place } from './refused-fault.ts';
import { onHiddenTarget } from './hidden-contradictions.ts';
import { nodesOf } from './target.ts';
import {
  onArmedNode,
  onNodeBesideOneThatGoes,
  onNodeThatIsAway,
  onReplacedClock,
  type Contradiction,
  type Lasting,
} from './away-contradictions.ts';

/**
 * Refuses what cannot be in force at once and still be confirmed, each by itself.
 * @throws UsageError (64) with the names of both.
 */
export function refuseContradictions(all: readonly ScheduledFault[]): void {
  const found = contradictionAmong(all);
  if (found === null) return;
  const { a, b, at, why, hint } = found;
  const where = hint === undefined ? `are on ${at} at the same time` : `are both on ${at}`;
  throw new RefusedFault('contradiction', `"${a.id}" and "${b.id}" ${where}, and ${why}`, {
    hint: hint ?? 'leave one of the two out, or give them windows that do not meet',
    place: placeOf(b),
    other: { words: `"${a.id}"`, place: placeOf(a) },
  });
}

function placeOf({ profile, fault: { name } }: ScheduledFault): Place {
  return { profile, fault: name, at: [] };
}

/** Pure: the first two that cannot be in one plan; null where all can. */
export function contradictionAmong(
  all: readonly ScheduledFault[],
): (Contradiction & { readonly a: ScheduledFault; readonly b: ScheduledFault }) | null {
  for (const [index, a] of all.entries()) {
    for (const b of all.slice(index + 1)) {
      const found = contradictionBetween(a, b);
      if (found !== null) return { ...found, a, b };
    }
  }
  return null;
}

/** Pure: null where both can be in one plan. */
export function contradictionBetween(a: ScheduledFault, b: ScheduledFault): Contradiction | null {
  return (overlap(a, b) ? atOnce(a, b) : null) ?? ever(a, b);
}

function atOnce(a: ScheduledFault, b: ScheduledFault): Contradiction | null {
  return (
    onOneTarget(a, b) ??
    onHiddenTarget(a, b) ??
    onHiddenTarget(b, a) ??
    onNodeThatIsAway(a, b) ??
    onNodeThatIsAway(b, a) ??
    onNodeBesideOneThatGoes(a, b) ??
    onNodeBesideOneThatGoes(b, a) ??
    onOneMemory(a, b) ??
    onFullNode(a, b) ??
    onFullNode(b, a) ??
    onUnitThatIsAsked(a, b) ??
    onUnitThatIsAsked(b, a)
  );
}

function ever(a: ScheduledFault, b: ScheduledFault): Lasting | null {
  return onArmedNode(a, b) ?? onReplacedClock(a, b) ?? onReplacedClock(b, a);
}

function onOneTarget(a: ScheduledFault, b: ScheduledFault): Contradiction | null {
  const why = whyNotBoth(a, b);
  const at = why === null ? undefined : a.targets.find((one) => b.targets.includes(one));
  return why === null || at === undefined ? null : { at, why };
}

/** Delays add and the smaller disk wins; of two of these on one link or node neither could be confirmed. */
const exclusive: ReadonlySet<FaultKind> = new Set([
  'network.jitter',
  'network.loss',
  'network.burst-loss',
  'network.duplicate',
  'network.reorder',
  'network.corrupt',
  'network.rate',
  'disk.rate',
  'disk.readonly',
  'resource.files',
  'resource.cpu',
  'resource.processes',
  'resource.memory',
]);

/** What they do to a call on a disk can be told apart. */
const addingUp: ReadonlySet<FaultKind> = new Set(['disk.slow', 'disk.rate']);

const fillsDisk: ReadonlySet<FaultKind> = new Set(['disk.space', 'disk.inodes']);

/** null: they can be told apart. */
function whyNotBoth(a: ScheduledFault, b: ScheduledFault): string | null {
  const kinds = [a.fault.kind, b.fault.kind];
  const [one, other] = kinds;
  if (one === other && exclusive.has(a.fault.kind)) return `both set ${a.fault.kind}`;
  if (cutsOther(a.fault, b.fault)) return 'what one cuts hides what the other leaves';
  if (isDependencyFault(a.fault) && isDependencyFault(b.fault)) {
    if (one === other) return `both are ${one}`;
    // What comes late is told from what comes as something else, and nothing from what never comes.
    if (kinds.includes('dependency.hang') || !kinds.includes('dependency.slow'))
      return 'what one answers hides what the other does';
  }
  if (isDnsFault(a.fault) && isDnsFault(b.fault)) return 'both answer its questions after names';
  if (
    a.fault.kind === 'eviction.notice' &&
    b.fault.kind === 'eviction.notice' &&
    a.fault.notice === b.fault.notice
  )
    return `both announce ${a.fault.notice === 'rebalance' ? 'a rebalance' : 'an interruption'}`;
  if (isDiskCallFault(a.fault) && isDiskCallFault(b.fault) && !kinds.every((kind) => addingUp.has(kind)))
    return 'what one does to a call hides what the other does';
  if (
    (isDiskCallFault(a.fault) && isDiskFault(b.fault)) ||
    (isDiskFault(a.fault) && isDiskCallFault(b.fault))
  )
    return 'one is measured on files of its own there, for which the other leaves no room, or which keep it from being read-only';
  if (kinds.includes('disk.readonly') && kinds.some((kind) => fillsDisk.has(kind)))
    return 'a disk that is read-only cannot be filled, and one that is being filled not be made read-only';
  if (isProcessFault(a.fault) && isProcessFault(b.fault))
    return 'what one does to the unit hides what the other does';
  if (
    (isProcessFault(a.fault) && isUnitSettingFault(b.fault)) ||
    (isUnitSettingFault(a.fault) && isProcessFault(b.fault))
  )
    return 'one starts the unit anew, which is not told from what the other does to it';
  const set = settingOf(a.fault);
  if (set !== null && set === settingOf(b.fault)) return `both set ${set}`;
  const hidden = hiddenOf(a.fault, b.fault) ?? hiddenOf(b.fault, a.fault);
  if (hidden !== null) return hidden;
  if (isClockFault(a.fault) && isClockFault(b.fault) && setsZone(a) === setsZone(b))
    return setsZone(a) ? 'both set its zone' : 'both set its clock';
  if (kinds.includes('network.loss') && kinds.includes('network.burst-loss'))
    return 'which of the two lost a packet could not be told';
  if (kinds.includes('network.jitter') && kinds.includes('network.reorder'))
    return 'packets that jitter overtake each other by themselves';
  const inWindow = a.startMs !== null || b.startMs !== null;
  const file = editedBy(a.fault);
  if (inWindow && file !== null && file === editedBy(b.fault))
    return `both edit ${file}, which is put back as a whole: let both hold during the whole run`;
  // Those of the whole run are counted before any packet has a copy (scripts/faults/layers.ts).
  if (inWindow && kinds.includes('network.duplicate') && kinds.some((kind) => sparedByCopies.has(kind)))
    return 'where a packet has a copy, one of the two makes up for what happens to the other: let both hold during the whole run';
  return null;
}

/** Each is known by what is cut and by what is not. */
function cutsOther(a: Fault, b: Fault): boolean {
  if (a.kind !== 'network.partition' || b.kind !== 'network.partition') return false;
  return canonicalJson(a.only ?? null) !== canonicalJson(b.only ?? null);
}

/** Of one account: what the first does to it is in the way of how the second is measured. */
function hiddenOf(first: Fault, second: Fault): string | null {
  if (!isAccountFault(first) || !isAccountFault(second) || first.account !== second.account) return null;
  if (first.kind === 'environment.expired' && measuredByLogin.has(second.kind))
    return `nobody who cannot log in as ${first.account} can be told what else it lost`;
  if (first.kind === 'environment.uid' && second.kind === 'environment.mode')
    return `what the mode lets ${first.account} do depends on its uid`;
  return null;
}

/** sudo asks whether an account has expired, too (pam_unix). */
const measuredByLogin: ReadonlySet<FaultKind> = new Set([
  'environment.group',
  'environment.sudo',
  'environment.uid',
]);

/** What a fault sets that has one value at a time; null for all others. */
function settingOf(fault: Fault): string | null {
  switch (fault.kind) {
    case 'environment.variable':
      return `the variable ${fault.variable}`;
    case 'environment.umask':
      return 'the umask';
    case 'environment.no-new-privileges':
      return 'that it gains no privileges';
    case 'environment.mode':
      return `the mode of ${fault.path}`;
    case 'environment.sudo':
      return `what ${fault.account} may do by sudo`;
    case 'environment.expired':
      return `the expiry of ${fault.account}`;
    case 'environment.uid':
      return `the uid of ${fault.account}`;
    case 'environment.group':
      return `the membership of ${fault.account} in ${fault.group}`;
    case 'drift.package':
      return `the package ${fault.package}`;
    case 'drift.version':
      return fault.manager === 'apt'
        ? `the package ${fault.package}`
        : `the project ${plainName(fault.package)}`;
    default:
      return null;
  }
}

/** As PyPI has one project by several names (PEP 503). */
function plainName(project: string): string {
  return project.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** A file that a fault edits, and that more than one could; of those of the whole run the last that came goes first. */
function editedBy(fault: Fault): string | null {
  switch (fault.kind) {
    case 'environment.group':
      return '/etc/group';
    case 'environment.expired':
      return '/etc/shadow';
    case 'environment.uid':
      return '/etc/passwd';
    case 'drift.package':
      return '/var/lib/dpkg/status';
    case 'drift.version':
      return fault.manager === 'apt' ? '/var/lib/dpkg/status' : null;
    default:
      return null;
  }
}

const sparedByCopies: ReadonlySet<FaultKind> = new Set(['network.loss', 'network.jitter', 'network.reorder']);

/** Each uses up its memory, and is seen by what the kernel then ends. */
const memoryEaters: ReadonlySet<FaultKind> = new Set(['process.oom', 'resource.memory']);

function onOneMemory(a: ScheduledFault, b: ScheduledFault): Contradiction | null {
  if (!memoryEaters.has(a.fault.kind) || !memoryEaters.has(b.fault.kind)) return null;
  const nodes = new Set(b.targets.flatMap(nodesOf));
  const at = a.targets.flatMap(nodesOf).find((node) => nodes.has(node));
  return at === undefined
    ? null
    : { at, why: 'which of them the kernel ended a process for could not be told' };
}

/** A disk, a unit, or what else a node may use is read by a shell inside, which starts a few processes more. */
const enoughProcesses = 16;

function onFullNode(full: ScheduledFault, other: ScheduledFault): Contradiction | null {
  if (full.fault.kind !== 'resource.processes' || full.fault.freeProcesses >= enoughProcesses) return null;
  // Names are asked for by its side-car.
  if (isLinkFault(other.fault) || isDnsFault(other.fault)) return null;
  const at = full.targets.find((node) => other.targets.some((target) => nodesOf(target).includes(node)));
  return at === undefined
    ? null
    : { at, why: `what is read inside a node takes processes, ${enoughProcesses} of which are to be free` };
}

/** Each process is asked what time it is. */
function onUnitThatIsAsked(clock: ScheduledFault, other: ScheduledFault): Contradiction | null {
  if (!isClockFault(clock.fault) || !isProcessFault(other.fault)) return null;
  const at = clock.targets.find((node) => other.targets.some((target) => nodesOf(target).includes(node)));
  return at === undefined
    ? null
    : { at, why: 'a unit that falls or stands still cannot be asked for its time' };
}

function setsZone({ fault }: ScheduledFault): boolean {
  return fault.kind === 'clock.zone';
}

/** Pure: whether there can be a moment at which both are in force. */
export function overlap(a: ScheduledFault, b: ScheduledFault): boolean {
  return (a.startMs ?? 0) < (b.endMs ?? Infinity) && (b.startMs ?? 0) < (a.endMs ?? Infinity);
}
