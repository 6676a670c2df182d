import { constants } from 'node:os';
import { commandWords } from './journal.ts';
import type { Invocation } from './invocations.ts';
import { blankRecord, withFindings, type Findings, type ProcessRecord } from './process-record.ts';
import { lastTraceback } from './traceback.ts';

export interface UnitHistory {
  readonly node: string;
  readonly invocations: readonly Invocation[];
  /** What was seen of this node's units while they ran. */
  readonly live: readonly ProcessRecord[];
  /** Whether the node still ran when its journal was read. */
  readonly nodeRuns: boolean;
}

/**
 * Pure: one record for each start of a unit: what was seen while it ran, completed by the journal, which knows of every
 * start and end, whoever watched. Starts that the journal does not have stay as they were seen.
 */
export function unitRecords({ node, invocations, live, nodeRuns }: UnitHistory): readonly ProcessRecord[] {
  const seen = new Map(live.map((record) => [record.id, record]));
  const completed = invocations.map((one) => {
    const id = unitRecordId(node, one.unit, one.id);
    const record =
      seen.get(id) ??
      blankRecord({ id, kind: 'unit', name: one.unit, node }, 'nobody saw the process while it ran');
    seen.delete(id);
    return withFindings(record, fromJournal(one, record, nodeRuns));
  });
  return [...seen.values(), ...completed];
}

export function unitRecordId(node: string, unit: string, invocation: string): string {
  return `${node}/${unit}/${invocation}`;
}

/** How a main process ended, in the terms of waitid(2) that systemd uses: exited, killed or dumped, and a number. */
export function ending(how: string, status: number, source: string): Findings {
  return how === 'exited'
    ? { code: { value: status, source }, signal: { absent: 'it ended with an exit code' } }
    : { signal: { value: signalName(status), source }, code: { absent: 'a signal ended it' } };
}

export function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}

function fromJournal(one: Invocation, seen: ProcessRecord, nodeRuns: boolean): Findings {
  const exception = lastTraceback(one.output);
  return {
    ...(seen.start === null && one.startedUs !== null
      ? { start: { value: time(one.startedUs), source: 'journal: systemd said that it starts' } }
      : {}),
    ...(seen.exit === null ? exitOf(one, nodeRuns) : {}),
    ...(one.hostName === null ? {} : { hostName: { value: one.hostName, source: 'journal: _HOSTNAME' } }),
    ...writer(one, seen),
    exception:
      exception === null
        ? { absent: 'no traceback in its output in the journal' }
        : { value: exception, source: 'journal: its output' },
  };
}

function exitOf({ mainExit, ended }: Invocation, nodeRuns: boolean): Findings {
  if (mainExit !== null) {
    const source = 'journal: systemd on the end of its main process';
    return {
      exit: { value: time(mainExit.us), source },
      ...ending(mainExit.how, mainExit.status, source),
    };
  }
  if (ended !== null) {
    const why = `systemd noted "${ended.result}" without a code, and could not be asked before the next start`;
    return {
      exit: { value: time(ended.us), source: 'journal: systemd had done with the unit' },
      code: { absent: why },
      signal: { absent: why },
    };
  }
  const why = nodeRuns
    ? 'it still ran when the journal was read'
    : 'its node ended before systemd noted an end';
  return { exit: { absent: why }, code: { absent: why }, signal: { absent: why } };
}

/** journald looks at /proc itself when a line comes: for what a program had overwritten when others looked. */
function writer({ writers }: Invocation, seen: ProcessRecord): Findings {
  const wrote = writers.find(({ pid }) => pid === seen.pid);
  if (wrote === undefined) return {};
  const source = (field: string): string => `journal: ${field} of the first line that it wrote`;
  return {
    ...(seen.uid === null ? { uid: { value: wrote.uid, source: source('_UID') } } : {}),
    ...(seen.argv === null
      ? { argv: { value: [...commandWords(wrote.commandLine)], source: source('_CMDLINE') } }
      : {}),
  };
}

function time(us: number): string {
  return new Date(us / 1000).toISOString();
}
