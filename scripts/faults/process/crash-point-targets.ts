import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import type { CrashPointFault } from '../../../infra/spec/fault.ts';
import { messages } from '../../evidence/invocations.ts';
import type { NodeAccess } from '../../nodes/node.ts';
import { unitFile } from '../../nodes/unit-file.ts';
import { Onlooker } from '../side-car/onlooker.ts';
import { readUnit } from '../units/unit-readings.ts';
import { unitsBeside } from '../units/units-beside.ts';
import { unitOf, type Victim } from '../victim/victim.ts';
import type { Asked, TargetReader } from '../watch/target-watch.ts';
import type { CrashPointReading, MainExit } from './crash-point-meaning.ts';
import { crashStory, type CrashStory } from './crash-story.ts';
import { runs, settleMs, untilUnit } from './unit-state.ts';

const pollMs = 50;
/** For whoever looks on to be there. */
const openMs = 10_000;
/** How long the call is waited for before what is beside the unit is looked at: the software may make it much later. */
const soonMs = 2_000;
/** For who looks on to say what became of it, once nobody stops the processes any more; and for systemd to say how one ended. */
const lastWordsMs = 3_000;
const lookDeadlineMs = 20_000;

interface Witness {
  readonly onlooker: Onlooker;
  /** Of the last that the node's journal had before the fault, µs of its clock. */
  readonly sinceUs: number;
}

/** Units, seen by what becomes of a path and of who is at a call on it, and by what systemd says of them. */
export class CrashPointReader implements TargetReader<CrashPointFault, CrashPointReading> {
  readonly #victims: readonly Victim[];
  /** By fault and target. */
  readonly #witnesses = new Map<string, Witness>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[]): readonly string[] {
    return unitsBeside(this.#victims, targets);
  }

  /** The call may come late, and what is read beside it need not wait. */
  holdsBeside(): boolean {
    return false;
  }

  async enter(scheduled: ScheduledFault, { call, path }: CrashPointFault): Promise<void> {
    await Promise.all(
      scheduled.targets.map(async (target) => {
        const { victim, unit } = unitOf(this.#victims, target);
        const argv = ['crashwatch', unitFile(unit), call, path];
        const [onlooker, sinceUs] = await Promise.all([
          Onlooker.begin(victim.sideCar, argv),
          lastEntryUs(victim.access),
        ]);
        this.#witnesses.set(key(scheduled, target), { onlooker, sinceUs });
        await until(openMs, () => onlooker.lines.length > 0);
      }),
    );
  }

  async read(
    target: string,
    { scheduled, fault, moment }: Asked<CrashPointFault>,
    signal: AbortSignal,
  ): Promise<CrashPointReading> {
    const { victim, unit } = unitOf(this.#victims, target);
    const file = unitFile(unit);
    const witness = this.#witnesses.get(key(scheduled, target));
    const look = async () => readUnit(victim.access, file, signal);
    if (fault === null || witness === undefined || moment === 'before' || moment === 'baseline')
      return { unit: await look(), story: null, mainExit: null };
    const story = await storyOf(witness, fault, moment === 'during' ? soonMs : lastWordsMs, signal);
    const first = await look();
    const now = moment === 'after' ? await untilUnit(look, first, settleMs.up, runs, signal) : first;
    const isOver = story.ended !== null;
    return {
      unit: now,
      story,
      mainExit: isOver ? await mainExit(victim.access, file, witness, signal) : null,
    };
  }

  leave(scheduled: ScheduledFault, target: string): void {
    this.#witnesses.get(key(scheduled, target))?.onlooker.leave();
    this.#witnesses.delete(key(scheduled, target));
  }

  close(): void {
    for (const { onlooker } of this.#witnesses.values()) onlooker.leave();
    this.#witnesses.clear();
  }
}

function key({ id }: ScheduledFault, target: string): string {
  return `${id} ${target}`;
}

async function storyOf(
  { onlooker }: Witness,
  { nth }: CrashPointFault,
  forMs: number,
  signal: AbortSignal,
): Promise<CrashStory> {
  const isOver = ({ stood, ended, seen, problem }: CrashStory): boolean =>
    (stood?.calls === nth - 1 && ended?.calls === nth - 1) || seen !== null || problem !== '';
  await until(forMs, () => isOver(crashStory(onlooker.lines, nth)), signal);
  return crashStory(onlooker.lines, nth);
}

async function until(forMs: number, holds: () => boolean, signal?: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + forMs;
  while (!holds() && performance.now() < giveUpAt)
    await delay(pollMs, undefined, signal === undefined ? {} : { signal });
}

const Entry = z.object({
  __REALTIME_TIMESTAMP: z.coerce.number(),
  EXIT_CODE: z.string().optional(),
  EXIT_STATUS: z.coerce.number().optional(),
});

/** Of entries that match, all; without any `matches` the last. */
async function journalOf(
  node: NodeAccess,
  matches: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const argv = ['journalctl', '--output=json', '--quiet', '--no-pager', ...matches];
  const { exitCode, stdout, stderr } = await node.exec(argv, {
    timeoutMs: lookDeadlineMs,
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode === 0) return stdout;
  throw new Error(`${node.name}: "${argv.join(' ')}" ended with ${exitCode}: ${stderr.trim()}`);
}

/** Of the last entry of the node's journal, µs of its clock. */
async function lastEntryUs(node: NodeAccess): Promise<number> {
  const [last] = entriesIn(await journalOf(node, ['--lines=1']));
  return last?.__REALTIME_TIMESTAMP ?? 0;
}

/** Of the first main process of the unit that ended since; journald writes it a moment later. */
async function mainExit(
  node: NodeAccess,
  file: string,
  { sinceUs }: Witness,
  signal: AbortSignal,
): Promise<MainExit | null> {
  const giveUpAt = performance.now() + lastWordsMs;
  for (;;) {
    const matches = [`UNIT=${file}`, `MESSAGE_ID=${messages.mainExited}`];
    const said = mainExitIn(await journalOf(node, matches, signal), sinceUs);
    if (said !== null || performance.now() >= giveUpAt) return said;
    await delay(pollMs, undefined, { signal });
  }
}

/** Pure: of entries of a journal, a line each; null where none of them that came later says it. */
export function mainExitIn(text: string, sinceUs: number): MainExit | null {
  const [said] = entriesIn(text).filter(
    ({ __REALTIME_TIMESTAMP: us, EXIT_CODE: how }) => us > sinceUs && how !== undefined,
  );
  return said?.EXIT_CODE === undefined || said.EXIT_STATUS === undefined
    ? null
    : { how: said.EXIT_CODE, status: said.EXIT_STATUS };
}

function entriesIn(text: string): readonly z.infer<typeof Entry>[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => Entry.parse(JSON.parse(line)));
}
