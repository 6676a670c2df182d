import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';
import { Abilities } from '../../scripts/faults/side-car/abilities.ts';
import { quantity, round, seconds } from '../../scripts/report/quantity.ts';
import { holds } from '../../scripts/report/receipts-section.ts';
import { Machine } from '../bench/result.ts';
import { table } from '../bench/table.ts';
import { readResultFile, writeResultFile } from '../support/result-file.ts';
import { ClockRun } from './clock-run.ts';
import { RoundRun } from './round-run.ts';

export const resultFile = join(packageRoot, 'tests/results/netem.json');

/** tests/results/netem.json: the last `npm run netem`. */
export const NetemResult = z.strictObject({
  schema: z.literal(1),
  commit: z.string(),
  at: z.iso.datetime(),
  /** What it was emulated on. */
  host: Machine,
  emulator: z.string(),
  /** Of the machine that faults were on. */
  kernel: z.string(),
  sampled: z.string(),
  bootMs: z.int(),
  abilities: Abilities,
  rounds: z.array(RoundRun),
  clock: z.array(ClockRun),
});
export type NetemResult = z.infer<typeof NetemResult>;

export const sampled =
  'one boot; every kind that netem is compiled for once alone and once with others, on directed links of three nodes; nothing is tried again';

export function readResult(): NetemResult | null {
  return readResultFile(resultFile, NetemResult);
}

export function writeResult(result: NetemResult): void {
  writeResultFile(resultFile, NetemResult, result);
}

/** Pure: netem did it, each fault was what was asked and nothing else, all is as before, and so is the clock. */
export function allHold({ abilities, rounds, clock }: NetemResult): boolean {
  const receipts = rounds.flatMap((one) => one.receipts);
  return (
    abilities.netem &&
    receipts.length > 0 &&
    receipts.every((receipt) => holds(receipt) && ['netem', 'htb'].includes(receipt.driver)) &&
    rounds.every(({ leftovers }) => leftovers.length === 0) &&
    clock.length > 0 &&
    clock.every(({ ok }) => ok)
  );
}

const head = ['link', 'kind', 'asked', 'tolerance', 'before', 'measured', 'n', 'after', 'driver', 'holds'];

/** Pure: a table a round, for people. */
export function summary({ rounds, clock, kernel, emulator, bootMs }: NetemResult): string {
  const told = rounds.flatMap(({ name, receipts, leftovers, tookMs }) => [
    `\n${name} (${seconds(tookMs)}; left over: ${leftovers.join('; ') || 'nothing'})`,
    table(head, receipts.map(rowOf)),
    ...receipts.filter(({ why }) => why !== '').map(({ target, kind, why }) => `${target} ${kind}: ${why}`),
  ]);
  const clocks = clock.map(
    ({ requestedMs, measured: { during, after }, toleranceMs, ok }) =>
      `${quantity(requestedMs, 'ms')} asked ± ${quantity(toleranceMs, 'ms')}: ${quantity(during, 'ms')}, and ${quantity(after, 'ms')} after: ${ok ? 'yes' : 'no'}`,
  );
  return [
    `kernel ${kernel}, ${emulator}, booted in ${seconds(bootMs)}`,
    ...told,
    `\nthe machine's real clock, with nothing on it that keeps its time`,
    ...clocks,
  ].join('\n');
}

function rowOf(receipt: RoundRun['receipts'][number]): readonly string[] {
  const { target, kind, unit, requested, tolerance, measured, n, driver, bursts, shape } = receipt;
  const inRow = bursts === undefined ? '' : `, ${bursts.measured} in a row of ${bursts.requested}`;
  const like = shape === undefined ? '' : `, like ${shape.nearest}`;
  return [
    target,
    kind,
    round(requested, unit),
    round(tolerance, unit),
    quantity(measured.before, unit),
    `${quantity(measured.during, unit)}${inRow}${like}`,
    String(n),
    quantity(measured.after, unit),
    driver,
    holds(receipt) ? 'yes' : 'no',
  ];
}
