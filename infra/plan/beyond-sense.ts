import { isAwayFault, isClockFault, isDiskCallFault, type Fault } from '../spec/fault.ts';
import { answersAlike, proxiedAway } from './senseless-answers.ts';
import { addressOfNobody, namesOfNobody, namesThatTellNothing } from './senseless-names.ts';
import { folderToCrashAt } from './senseless-paths.ts';
import { delaysBeyondMeasure } from './senseless-delays.ts';
import { spreadBeyondDelay } from './senseless-spread.ts';
import type { Finding, Senseless } from './senseless.ts';
import { eventWords } from '../spec/faults/event.ts';
import { mostMemoryMiB } from './memory-limits.ts';
import { parseTarget } from './target.ts';
import type { Plan, PlannedDisk, PlannedNode, ScheduledFault } from './plan.ts';

/** Pure: what only shows when a fault meets the cluster that it is for. A run would say `invalid`, minutes later. */
export function beyondSense(plan: Plan): readonly Senseless[] {
  const all = [...plan.conditions, ...plan.schedule];
  // One that comes again stands there once for each time.
  const once = all.filter(({ fault }, at) => all.findIndex((one) => one.fault === fault) === at);
  const ofEach = once.flatMap((of) => {
    const found = [
      roomAboveDisk(of, plan),
      notLess(of, plan),
      afterTheSuites(of, plan),
      eventOfNobody(of, plan),
      nodeOfSuite(of, plan),
      clockWithoutUnits(of, plan),
      answersAlike(of, plan),
      proxiedAway(of, plan),
      namesOfNobody(of, plan),
      addressOfNobody(of, plan),
      namesThatTellNothing(of, plan),
      nobodyToSignal(of, plan),
      diskBelow(of, plan),
      folderToCrashAt(of, plan),
      spreadBeyondDelay(of, plan),
    ];
    return found.flatMap((one) => (one === null ? [] : [{ of, ...one }]));
  });
  return [...ofEach, ...delaysBeyondMeasure(plan)];
}

/** What is to be left free must be less than the disk has when it is empty; what it holds already is not known yet. */
function roomAboveDisk({ fault, targets }: ScheduledFault, plan: Plan): Finding | null {
  const room = roomOf(fault);
  if (room === null) return null;
  for (const target of targets) {
    const disk = diskOf(target, plan);
    const size = disk === undefined ? null : room.sizeOf(disk);
    if (size === null || room.free < size) continue;
    return {
      key: room.key,
      message: `${target} is to have ${room.free} ${room.unit} free, and has ${size} in all`,
      hint: `less than ${size}: the fault uses up the rest`,
    };
  }
  return null;
}

interface Room {
  readonly key: string;
  readonly unit: string;
  readonly free: number;
  /** null: the spec does not say. */
  readonly sizeOf: (disk: PlannedDisk) => number | null;
}

function roomOf(fault: Fault): Room | null {
  switch (fault.kind) {
    case 'disk.space': {
      const sizeOf = ({ sizeMiB }: PlannedDisk): number => sizeMiB * 1024 * 1024;
      return { key: 'freeBytes', unit: 'bytes', free: fault.freeBytes, sizeOf };
    }
    case 'disk.inodes':
      return { key: 'freeInodes', unit: 'inodes', free: fault.freeInodes, sizeOf: ({ inodes }) => inodes };
    default:
      return null;
  }
}

function diskOf(target: string, { nodes }: Plan): PlannedDisk | undefined {
  const disk = parseTarget(target);
  if (disk.on !== 'disk') return undefined;
  return nodes.find(({ name }) => name === disk.node)?.disks.find(({ path }) => path === disk.path);
}

/** A suite that goes with its node says nothing of the software; one that only stands still goes on with it. */
function nodeOfSuite({ fault, targets }: ScheduledFault, { nodes, suites }: Plan): Finding | null {
  if (!isAwayFault(fault) || fault.kind === 'node.pause') return null;
  for (const { name, where } of suites) {
    const node = nodes.find(({ role }) => role === where)?.name;
    if (node === undefined || !targets.includes(node)) continue;
    return {
      key: 'on',
      message: `suite ${name} runs on ${node}, and would end with it`,
      hint: `another node than ${node}, or \`where: host\` for the suite, which reaches nodes by \`forwards:\` and handle.json`,
    };
  }
  return null;
}

/** What a node is to be left of what it has must be less of it, by so much that it shows. */
function notLess({ fault, targets }: ScheduledFault, plan: Plan): Finding | null {
  const part = partOf(fault);
  if (part === null) return null;
  for (const target of targets) {
    const node = plan.nodes.find(({ name }) => name === target);
    const has = node === undefined ? null : part.hasOf(node);
    if (has === null || part.left <= part.mostOf(has)) continue;
    return {
      key: part.key,
      message: `${target} is to be left ${part.left} ${part.unit}, and has ${has} of its own`,
      hint: `${part.mostOf(has)} or less: what is hardly less could not be told from none taken`,
    };
  }
  return null;
}

interface Part {
  readonly key: string;
  readonly unit: string;
  readonly left: number;
  /** null: as much as there is. */
  readonly hasOf: (node: PlannedNode) => number | null;
  readonly mostOf: (has: number) => number;
}

function partOf(fault: Fault): Part | null {
  switch (fault.kind) {
    case 'resource.cpu':
      return {
        ...{ key: 'cpus', unit: 'of a processor', left: fault.cpus },
        hasOf: ({ cpus }) => cpus,
        mostOf: (has) => Math.round(has * 70) / 100,
      };
    case 'resource.processes':
      return {
        ...{ key: 'freeProcesses', unit: 'processes more', left: fault.freeProcesses },
        hasOf: ({ pids }) => pids,
        mostOf: (has) => Math.floor(has / 2),
      };
    case 'resource.memory':
      if (fault.memoryMiB === undefined) return null; // the control says how much that is
      return {
        ...{ key: 'memoryMiB', unit: 'MiB of memory', left: fault.memoryMiB },
        hasOf: ({ memoryMiB }) => memoryMiB,
        mostOf: mostMemoryMiB,
      };
    default:
      return null;
  }
}

function afterTheSuites({ fault: { from } }: ScheduledFault, { suites }: Plan): Finding | null {
  const lastMs = suites.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
  if (from === undefined || 'event' in from || suites.length === 0 || from[1] < lastMs) return null;
  return {
    key: 'from',
    message: `the fault may begin as late as ${from[1]} ms, and the suites have ${lastMs} ms in all (timeoutMs)`,
    hint: `less than ${lastMs}, and soon enough for a suite to meet the fault; or give the suites longer`,
  };
}

/** What stands in front of a disk would hide what is mounted below it. */
function diskBelow({ fault, targets }: ScheduledFault, { nodes, volumes }: Plan): Finding | null {
  if (!isDiskCallFault(fault)) return null;
  for (const target of targets) {
    const disk = parseTarget(target);
    if (disk.on !== 'disk') continue;
    const paths = [
      ...nodes.filter(({ name }) => name === disk.node).flatMap(({ disks }) => disks.map(({ path }) => path)),
      ...volumes.flatMap(({ mounts }) =>
        mounts.filter(({ node }) => node === disk.node).map(({ path }) => path),
      ),
    ];
    const below = paths.find((path) => path.startsWith(`${disk.path}/`));
    if (below === undefined) continue;
    return {
      key: 'on',
      message: `${target} has another disk below it, ${below}, which what ${fault.kind} puts in front of the disk would hide`,
      hint: 'mount that one elsewhere, or name a disk with none below it',
    };
  }
  return null;
}

/** An event that cannot come in this cluster, or in the suites that are run. */
function eventOfNobody({ after }: ScheduledFault, { nodes, suites }: Plan): Finding | null {
  if (after === undefined) return null;
  const { event } = after;
  const names = (of: readonly { readonly name: string }[]): string =>
    of.map(({ name }) => name).join(', ') || 'none';
  if (event.suite !== undefined) {
    if (suites.some(({ name }) => name === event.suite?.name)) return null;
    return {
      key: 'from',
      message: `the fault waits for suite ${event.suite.name}, which is not run`,
      hint: `those that are run: ${names(suites)}`,
    };
  }
  if (after.nodes.length > 0) return null;
  const unit = event.log?.unit;
  const units = [...new Set(nodes.flatMap((node) => node.units))].join(', ') || 'none';
  return {
    key: 'from',
    message: `the fault waits until ${eventWords(event)}, and there is no such ${unit === undefined ? 'role or node' : 'unit there'}`,
    hint: `its nodes are ${names(nodes)}${unit === undefined ? '' : `; units that roles declare: ${units}`}`,
  };
}

/** A clock is put before a unit's processes begin, and the one process of an entrypoint has begun with its node. */
function clockWithoutUnits({ fault, targets }: ScheduledFault, { nodes }: Plan): Finding | null {
  if (!isClockFault(fault)) return null;
  const node = nodes.find(({ name, units }) => targets.includes(name) && units.length === 0);
  if (node === undefined) return null;
  const why =
    node.init === 'image'
      ? 'its entrypoint has begun before a clock can be put there'
      : 'its role declares none';
  return {
    key: 'on',
    message: `${fault.kind} is on the units of ${node.name}, which has none: ${why}`,
    hint: 'name nodes with `init: systemd` and `units:`, whose processes can be started anew',
  };
}

/** Units that have no main process. */
const otherUnit = /\.(socket|timer|target|mount|path|scope|slice|swap|automount|device)$/;

/** A machine's first process is systemd, to which these signals mean something else. */
function nobodyToSignal({ fault, targets }: ScheduledFault, { nodes }: Plan): Finding | null {
  if (fault.kind !== 'eviction.spot') return null;
  const { unit } = fault;
  for (const { name, init, units } of nodes.filter((node) => targets.includes(node.name))) {
    const services = units.filter((one) => !otherUnit.test(one));
    const told = `SIG${fault.signal} before ${name} ends`;
    if (unit !== undefined && !services.includes(unit))
      return {
        key: 'unit',
        message: `the main process of ${unit} is to get ${told}, and its role does not declare it`,
        hint:
          services.length > 0
            ? `one of ${services.join(', ')}, or no "unit" for each of them`
            : 'leave "unit" out: it is the entrypoint of such a node that gets the signal',
      };
    if (unit === undefined && init === 'systemd' && services.length === 0)
      return {
        key: 'on',
        message: `somebody is to get ${told}, and its role declares no service`,
        hint: 'declare what runs there with `units:`',
      };
  }
  return null;
}
