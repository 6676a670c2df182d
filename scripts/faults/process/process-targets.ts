import { setTimeout as delay } from 'node:timers/promises';
import { assertNever } from '../../../infra/errors.ts';
import { isHurtFault, type HurtFault } from '../../../infra/spec/fault.ts';
import { unitFile } from '../../nodes/unit-file.ts';
import type { Judged } from '../watch/judge.ts';
import type { Asked, TargetMeaning, TargetReader, TargetReadings } from '../watch/target-watch.ts';
import { readUnit, type UnitProcess, type UnitReading } from '../units/unit-readings.ts';
import { followsAny, unitsBeside } from '../units/units-beside.ts';
import { unitOf, type Victim } from '../victim/victim.ts';
import {
  isAtWork,
  isThere,
  isUnitAsBefore,
  settleMs,
  stands,
  unreadUnit,
  untilUnit,
  whyNotRunning,
} from './unit-state.ts';

const pollMs = 100;
/** For a process to take its signal. */
const goneMs = 5_000;
/** Beyond its time a process of a crash loop is seen for no longer than this: it is looked for every 20 ms. */
const slackMs = 500;
/** How long a crash loop is looked at, beyond one life. */
const loopMs = 1_500;

type Readings = TargetReadings<UnitReading>;

/** Pure: what readings of units mean. */
export const processMeaning: TargetMeaning<HurtFault, UnitReading> = {
  isOf: isHurtFault,
  unread: unreadUnit,
  judge(fault, readings) {
    const { before, during, after } = readings;
    const [was, is, left] = [
      before.main === null ? 1 : 0,
      isHurt(fault, readings) ? 1 : 0,
      isUp(fault, after) ? 0 : 1,
    ] as const;
    const ok = was === 0 && is === 1;
    return {
      ...{ requested: 1, unit: 'bool', n: during.active === '' ? 0 : 1, tolerance: 0, ok },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      why: ok ? '' : whyNot(fault, readings),
    } satisfies Judged;
  },
  whyNotHealed: (fault, { after }) => whyNotUp(fault, after),
  isAsBefore: isUnitAsBefore,
  goesWith: (now, place) => isAtWork(now) && followsAny(now, place),
};

function isHurt(fault: HurtFault, { before, during }: Readings): boolean {
  if (before.main === null || during.active === '') return false;
  switch (fault.kind) {
    case 'process.kill':
      return !isThere(before.main, during);
    case 'process.oom':
      return !isThere(before.main, during) && during.oomKills > before.oomKills;
    case 'process.crash-loop':
      // Killed once it would be as dead: a loop is what systemd starts again.
      return (
        !isThere(before.main, during) &&
        during.restarts > before.restarts &&
        during.oldestMs <= fault.afterMs + slackMs
      );
    case 'process.pause':
      return isThere(before.main, during) && during.processes.every(stands);
    default:
      return assertNever(fault);
  }
}

function isUp(fault: HurtFault, now: UnitReading): boolean {
  return whyNotUp(fault, now) === '';
}

/** It runs, and after a crash loop longer than that let it. */
function whyNotUp(fault: HurtFault, now: UnitReading): string {
  const why = whyNotRunning(now);
  if (why !== '' || fault.kind !== 'process.crash-loop' || now.oldestMs > fault.afterMs + slackMs) return why;
  return `none of its processes had lived for more than ${Math.round(now.oldestMs)} ms, as in the loop`;
}

function whyNot(fault: HurtFault, { before, during }: Readings): string {
  if (before.main === null)
    return `the unit had no main process before (it was ${before.active || 'not seen'})`;
  if (during.active === '') return 'the unit could not be looked at';
  switch (fault.kind) {
    case 'process.kill':
      return `its process ${before.main.pid} still ran ${goneMs} ms after SIG${fault.signal}`;
    case 'process.oom':
      return isThere(before.main, during)
        ? `its process ${before.main.pid} still ran ${goneMs} ms after the node had no memory left`
        : `its process ${before.main.pid} ended, and the kernel of the node counted ${during.oomKills - before.oomKills} that it ended for want of memory`;
    case 'process.crash-loop':
      return during.restarts > before.restarts
        ? `one of its processes lived for ${Math.round(during.oldestMs)} ms`
        : 'systemd did not start it again (Restart=, RestartSec=): there was nothing to kill over and over';
    case 'process.pause':
      return `its processes were in the states "${during.processes.map(({ state }) => state).join(' ')}", not T`;
    default:
      return assertNever(fault);
  }
}

/** Units, read from inside their nodes. */
export class ProcessReader implements TargetReader<HurtFault, UnitReading> {
  readonly #victims: readonly Victim[];
  /** Main processes before their fault, by fault and target. */
  readonly #before = new Map<string, UnitProcess>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return unitsBeside(this.#victims, targets);
  }

  async read(target: string, { scheduled, fault, moment }: Asked<HurtFault>, signal: AbortSignal) {
    const { victim, unit } = unitOf(this.#victims, target);
    const look = async (): Promise<UnitReading> => readUnit(victim.access, unitFile(unit), signal);
    const first = await look();
    const key = `${scheduled.id} ${target}`;
    if (fault === null) return first;
    if (moment === 'before' && first.main !== null) this.#before.set(key, first.main);
    if (moment === 'after') return untilUnit(look, first, settleMs.up, (now) => isUp(fault, now), signal);
    if (moment !== 'during' || fault.kind === 'process.pause') return first;
    const main = this.#before.get(key);
    if (main === undefined) return first;
    const gone = await untilUnit(look, first, goneMs, (now) => !isThere(main, now), signal);
    return fault.kind === 'process.crash-loop' ? watched(look, gone, fault.afterMs + loopMs, signal) : gone;
  }
}

/** The last of many looks, with the oldest process of all of them. */
async function watched(
  look: () => Promise<UnitReading>,
  first: UnitReading,
  forMs: number,
  signal: AbortSignal,
): Promise<UnitReading> {
  const endsAt = performance.now() + forMs;
  let now = first;
  let oldestMs = first.oldestMs;
  while (performance.now() < endsAt) {
    await delay(pollMs, undefined, { signal });
    now = await look();
    oldestMs = Math.max(oldestMs, now.oldestMs);
  }
  return { ...now, oldestMs };
}
