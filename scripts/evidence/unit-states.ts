import { ending, unitRecordId } from './unit-records.ts';
import { blankRecord, withFindings, type Findings, type ProcessRecord } from './process-record.ts';

/** What `systemctl show` says of the last start of a unit. */
export interface UnitState {
  readonly unit: string;
  readonly invocation: string;
  readonly pid: number;
  /** ISO 8601; null where it has not happened. */
  readonly started: string | null;
  readonly exited: string | null;
  readonly how: string;
  readonly status: number;
}

/** Works since systemd 249; older ones refuse the time format, and the journal alone is left. */
export function showUnits(units: readonly string[]): readonly string[] {
  const properties =
    'Id,InvocationID,ExecMainPID,ExecMainStartTimestamp,ExecMainExitTimestamp,ExecMainCode,ExecMainStatus';
  return ['systemctl', 'show', '--timestamp=us+utc', `--property=${properties}`, ...units];
}

/** Pure: units that have been started at least once. */
export function unitStates(output: string): readonly UnitState[] {
  return output.split(/\n\n+/).flatMap((block) => {
    const has = new Map(block.split('\n').map((line) => splitOnce(line)));
    const state: UnitState = {
      unit: has.get('Id') ?? '',
      invocation: has.get('InvocationID') ?? '',
      pid: Number(has.get('ExecMainPID') ?? 0),
      started: timestamp(has.get('ExecMainStartTimestamp')),
      exited: timestamp(has.get('ExecMainExitTimestamp')),
      how: signalCodes[Number(has.get('ExecMainCode') ?? 0)] ?? '',
      status: Number(has.get('ExecMainStatus') ?? 0),
    };
    return state.unit === '' || state.invocation === '' || state.pid === 0 ? [] : [state];
  });
}

/** Pure: what is known of that start, with what systemd says of it. */
export function withState(known: ProcessRecord | undefined, node: string, state: UnitState): ProcessRecord {
  const id = unitRecordId(node, state.unit, state.invocation);
  const record =
    known ?? blankRecord({ id, kind: 'unit', name: state.unit, node }, 'nobody saw the process while it ran');
  return withFindings(record, fromState(state));
}

/** CLD_EXITED, CLD_KILLED and CLD_DUMPED of waitid(2). */
const signalCodes: Readonly<Record<number, string>> = { 1: 'exited', 2: 'killed', 3: 'dumped' };
const source = 'systemctl show';

function fromState({ pid, started, exited, how, status }: UnitState): Findings {
  return {
    pid: { value: pid, source: `${source}: ExecMainPID` },
    ...(started === null ? {} : { start: { value: started, source: `${source}: ExecMainStartTimestamp` } }),
    ...(exited === null || how === ''
      ? {}
      : {
          exit: { value: exited, source: `${source}: ExecMainExitTimestamp` },
          ...ending(how, status, `${source}: ExecMainStatus`),
        }),
  };
}

/** `Wed 2026-11-25 00:57:01.893070 UTC` */
function timestamp(text: string | undefined): string | null {
  const [, date, time] = /^\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) UTC$/.exec(text ?? '') ?? [];
  return date === undefined || time === undefined ? null : new Date(`${date}T${time}Z`).toISOString();
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
