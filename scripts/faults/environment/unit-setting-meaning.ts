import { assertNever } from '../../../infra/errors.ts';
import { isUnitSettingFault, type UnitSettingFault } from '../../../infra/spec/fault.ts';
import type { Judged } from '../watch/judge.ts';
import type { TargetMeaning, TargetReadings } from '../watch/target-watch.ts';
import type { UnitReading } from '../units/unit-readings.ts';
import { isSame, type UnitStart } from '../units/unit-starts.ts';
import { followsAny } from '../units/units-beside.ts';

export interface UnitSettingReading {
  readonly unit: UnitReading;
  /** What systemd started for it, so far as it was seen; the last is the latest. */
  readonly starts: readonly UnitStart[];
}

type Readings = TargetReadings<UnitSettingReading>;

/** Pure: what readings of units and of what they were started with mean. */
export const unitSettingMeaning: TargetMeaning<UnitSettingFault, UnitSettingReading> = {
  isOf: isUnitSettingFault,
  unread: {
    unit: { active: '', main: null, processes: [], oldestMs: 0, follows: [], oomKills: 0, restarts: 0 },
    starts: [],
  },
  judge(fault, readings) {
    const { before, during, after } = readings;
    // What it had before is not always to be seen: then what it is given without the fault tells.
    const was = bit(hadIt(fault, before) ?? hadIt(fault, after) ?? true);
    const is = bit(isNewlySo(fault, before, during));
    const left = bit(hadIt(fault, after) ?? true);
    const ok = before.unit.main !== null && was === 0 && is === 1;
    return {
      ...{ requested: 1, unit: 'bool', n: triedIn(before, during).length, tolerance: 0, ok },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      why: ok ? '' : whyNot(fault, readings),
    } satisfies Judged;
  },
  whyNotHealed: (fault, { before, after }) => whyNotBack(fault, before, after),
  // An environment and a mask are given once: the same process has the same.
  isAsBefore: (before, now) =>
    now.unit.active !== '' &&
    (before.unit.main === null ||
      now.unit.processes.some((one) => before.unit.main !== null && isSame(one, before.unit.main))),
  goesWith: ({ unit }, place) => unit.active !== '' && followsAny(unit, place),
};

/** Processes that were started since. */
export function triedIn(before: UnitSettingReading, now: UnitSettingReading): readonly UnitStart[] {
  return now.starts.filter((one) => !before.starts.some((old) => isSame(old, one)));
}

/** Pure: the unit runs by a process that has what the one before the fault had; empty where it does. */
export function whyNotBack(
  fault: UnitSettingFault,
  before: UnitSettingReading,
  now: UnitSettingReading,
): string {
  const main = mainOf(now);
  if (now.unit.active !== 'active') return `the unit was ${now.unit.active || 'not seen'}`;
  if (main === undefined) return 'what its main process was started with was not to be seen';
  if (hasTheSame(fault, mainOf(before), main)) return '';
  return has(fault, main) === true
    ? `the process that was started in the end still was given it: ${askedOf(fault)}`
    : 'the process that was started in the end was given otherwise than the one before the fault';
}

function hasTheSame(fault: UnitSettingFault, was: UnitStart | undefined, main: UnitStart): boolean {
  switch (fault.kind) {
    case 'environment.variable':
      return was?.value === undefined ? has(fault, main) === false : main.value === was.value;
    case 'environment.umask':
      return main.umask === was?.umask;
    case 'environment.no-new-privileges':
      return main.noNewPrivileges === was?.noNewPrivileges;
    default:
      return assertNever(fault);
  }
}

/** The process that was there before is gone, and the one that came for it, or was the last to try, has what was asked. */
function isNewlySo(fault: UnitSettingFault, before: UnitSettingReading, during: UnitSettingReading): boolean {
  const { main } = before.unit;
  if (main === null || during.unit.processes.some((one) => isSame(one, main))) return false;
  const one = decisiveOf(before, during);
  return one !== undefined && has(fault, one) === true;
}

function decisiveOf(before: UnitSettingReading, during: UnitSettingReading): UnitStart | undefined {
  const tried = triedIn(before, during);
  const main = mainOf(during);
  return tried.find((one) => one === main) ?? tried.at(-1);
}

function mainOf({ unit: { main }, starts }: UnitSettingReading): UnitStart | undefined {
  return main === null ? undefined : starts.find((one) => isSame(one, main));
}

function bit(is: boolean): number {
  return is ? 1 : 0;
}

/** null: it was not to be seen. */
function hadIt(fault: UnitSettingFault, reading: UnitSettingReading): boolean | null {
  const main = mainOf(reading);
  return main === undefined ? null : has(fault, main);
}

function has(fault: UnitSettingFault, one: UnitStart): boolean | null {
  switch (fault.kind) {
    case 'environment.variable':
      return one.value === undefined ? null : one.value === (fault.value ?? null);
    case 'environment.umask':
      return one.umask === Number.parseInt(fault.umask, 8);
    case 'environment.no-new-privileges':
      return one.noNewPrivileges;
    default:
      return assertNever(fault);
  }
}

function whyNot(fault: UnitSettingFault, { before, during, after }: Readings): string {
  if (before.unit.main === null)
    return `the unit had no main process before (it was ${before.unit.active || 'not seen'})`;
  if (hadIt(fault, before) ?? hadIt(fault, after) ?? false)
    return `${askedOf(fault)} before the fault as well`;
  const one = decisiveOf(before, during);
  if (one === undefined) return `the unit was not started anew (it was ${during.unit.active || 'not seen'})`;
  const seen = has(fault, one);
  if (seen === null) return 'its environment was not to be seen: the program writes over it at once';
  if (!seen) return `the process that was started was given otherwise: not so that ${askedOf(fault)}`;
  return hadIt(fault, before) === null
    ? 'what it was given without the fault was not to be seen'
    : 'the process that ran before still does';
}

/** Values of variables may be secrets: none is said. */
function askedOf(fault: UnitSettingFault): string {
  switch (fault.kind) {
    case 'environment.variable':
      return fault.value === undefined ? `${fault.variable} was not set` : `${fault.variable} had that value`;
    case 'environment.umask':
      return `its umask was ${fault.umask}`;
    case 'environment.no-new-privileges':
      return 'it could gain no privileges';
    default:
      return assertNever(fault);
  }
}
