import { setTimeout as delay } from 'node:timers/promises';
import type { UnitSettingFault } from '../../../infra/spec/fault.ts';
import { unitFile } from '../../nodes/unit-file.ts';
import type { Asked, TargetReader } from '../watch/target-watch.ts';
import { readUnit, type UnitReading } from '../units/unit-readings.ts';
import { unitsBeside } from '../units/units-beside.ts';
import { triedIn, whyNotBack, type UnitSettingReading } from './unit-setting-meaning.ts';
import { isSame, StartWatch } from '../units/unit-starts.ts';
import { unitOf, type Victim } from '../victim/victim.ts';

const pollMs = 100;
const firstSightMs = 5_000;
/** For a unit to end and to come up. */
const startedAnewMs = 30_000;
/** One that still runs as it did after this time is not being started anew. */
const idleMs = 2_500;
/** What is started after the first process belongs to the same start; and a program may set its own umask. */
const settleMs = 1_500;

/** Units and what they are started with, seen from inside their nodes and by their side-cars, which share their processes. */
export class UnitSettingReader implements TargetReader<UnitSettingFault, UnitSettingReading> {
  readonly #victims: readonly Victim[];
  /** By fault and target: from the reading before a fault until the one while it is in force. */
  readonly #watches = new Map<string, StartWatch>();
  readonly #before = new Map<string, UnitSettingReading>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return unitsBeside(this.#victims, targets);
  }

  async read(
    target: string,
    { scheduled, fault, moment }: Asked<UnitSettingFault>,
    signal: AbortSignal,
  ): Promise<UnitSettingReading> {
    const { victim, unit } = unitOf(this.#victims, target);
    const file = unitFile(unit);
    const look = async (): Promise<UnitReading> => readUnit(victim.access, file, signal);
    if (fault === null || moment === 'baseline') return { unit: await look(), starts: [] };

    const key = `${scheduled.id} ${target}`;
    const variable = fault.kind === 'environment.variable' ? fault.variable : null;
    const watch = this.#watches.get(key) ?? (await StartWatch.open(victim.sideCar, file, variable));
    this.#watches.set(key, watch);
    const reading = async (): Promise<UnitSettingReading> => ({ unit: await look(), starts: watch.starts });
    const before = this.#before.get(key);
    try {
      if (moment === 'before') {
        const now = await until(reading, (one) => isMainSeen(one), firstSightMs, signal);
        this.#before.set(key, now);
        return now;
      }
      if (before === undefined) return await reading();
      if (moment === 'after')
        return await until(reading, (one) => whyNotBack(fault, before, one) === '', startedAnewMs, signal);
      await until(reading, (one) => triedIn(before, one).length > 0, startedAnewMs, signal);
      await delay(settleMs, undefined, { signal });
      return await reading();
    } finally {
      if (moment !== 'before') this.#end(key);
    }
  }

  close(): void {
    for (const key of [...this.#watches.keys()]) this.#end(key);
  }

  #end(key: string): void {
    this.#watches.get(key)?.close();
    this.#watches.delete(key);
  }
}

function isMainSeen({ unit: { main }, starts }: UnitSettingReading): boolean {
  return main === null || starts.some((one) => isSame(one, main));
}

/** The first reading of which that holds, or the last one: of a unit that is not about to change, or at the deadline. */
async function until(
  look: () => Promise<UnitSettingReading>,
  holds: (now: UnitSettingReading) => boolean,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<UnitSettingReading> {
  const giveUpAt = performance.now() + deadlineMs;
  let now = await look();
  let main = now.unit.main;
  let sameSince = performance.now();
  while (!holds(now) && performance.now() < giveUpAt) {
    if (now.unit.active === 'active' && performance.now() - sameSince > idleMs) break;
    await delay(pollMs, undefined, { signal });
    now = await look();
    const next = now.unit.main;
    if (next === null || main === null || !isSame(next, main)) {
      main = next;
      sameSince = performance.now();
    }
  }
  return now;
}
