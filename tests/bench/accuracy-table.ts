import { blockBytes } from '../../scripts/faults/disk/disk-readings.ts';
import { delayTolerance } from '../../scripts/faults/network/delay-receipts.ts';
import type { BenchResult, Reading } from './result.ts';
import { spread } from './spread.ts';
import { table } from './table.ts';
import type { Part } from './units.ts';

/** One amount of one kind: everything that was read of it. */
export interface Accuracy {
  readonly kind: string;
  readonly requested: number;
  readonly unit: string;
  readonly measured: number;
  /** The largest difference that counts: of every reading, or of all probes together where a ratio was measured. */
  readonly error: number;
  readonly allowed: number;
  readonly readings: number;
  readonly probes: number;
  /** What `doctor --calibrate` measured; null where it was not asked or does not measure this. */
  readonly doctor: number | null;
}

/** Pure: what was asked, measured and allowed. */
export function accuracyOf(result: BenchResult): readonly Accuracy[] {
  const doctor = readingsOf(result, 'doctor');
  const network = readingsOf(result, 'links').filter(({ kind }) => kind !== 'network.loss');
  const readings = [...network, ...readingsOf(result, 'loss'), ...readingsOf(result, 'disk')];
  const keys = [...new Set(readings.map(keyOf))];
  return keys.flatMap((key) => {
    const [first, ...more] = readings.filter((one) => keyOf(one) === key);
    if (first === undefined) return [];
    const beside = doctor.find((one) => keyOf(one) === key)?.measured ?? null;
    return [judged(first, [first, ...more], beside)];
  });
}

export function accuracyTable(result: BenchResult): string {
  const rows = accuracyOf(result).map((one) => [
    one.kind,
    shown(one.requested, one.unit),
    shown(one.measured, one.unit),
    shown(one.error, one.unit),
    shown(one.allowed, one.unit),
    one.error <= one.allowed ? 'met' : 'MISSED',
    String(one.readings),
    String(one.probes),
    one.doctor === null ? '-' : shown(one.doctor, one.unit),
  ]);
  const head = ['', 'asked', 'measured', 'error', 'allowed', '', 'readings', 'samples', 'doctor --calibrate'];
  return [table(head, rows), ...bystanderLines(result)].join('\n');
}

/** Links without a fault, beside links with one. */
export function bystanderLines(result: BenchResult): readonly string[] {
  const readings = readingsOf(result, 'links').flatMap(({ bystanderReading, bystanders, bystandersOk }) =>
    bystanderReading === undefined ? [] : [{ ...bystanderReading, bystanders, bystandersOk }],
  );
  const [first] = readings;
  if (first === undefined) return [];
  const worst = readings.reduce((a, b) => (b.addedMs > a.addedMs ? b : a));
  const lossy = readings.reduce((a, b) => (b.lost > a.lost ? b : a));
  const clean = readings.every(({ bystandersOk }) => bystandersOk);
  return [
    `bystanders (${first.bystanders} links): ${clean ? 'clean in every round' : 'NOT clean'}; worst median grew by ${worst.addedMs} ms, at most ${lossy.lost} of ${lossy.sent} probes lost in a round`,
  ];
}

function judged(first: Reading, readings: readonly Reading[], doctor: number | null): Accuracy {
  const { kind, requested, unit } = first;
  const probes = readings.reduce((sum, { n }) => sum + n, 0);
  const isRatio = unit === 'ratio';
  // Probes of a ratio are drawn at random: all of them together say what one round cannot.
  const pooled = readings.reduce((sum, { measured, n }) => sum + measured * n, 0) / probes;
  const measured = isRatio ? pooled : (spread(readings.map((one) => one.measured))?.median ?? NaN);
  const error = isRatio
    ? Math.abs(pooled - requested)
    : Math.max(...readings.map((one) => Math.abs(one.measured - requested)));
  return {
    kind,
    requested,
    unit,
    measured,
    error,
    allowed: allowed(kind, requested),
    readings: readings.length,
    probes,
    doctor,
  };
}

function allowed(kind: string, requested: number): number {
  switch (kind) {
    case 'network.delay':
      return delayTolerance(requested);
    case 'disk.space':
      return blockBytes - 1; // file systems give whole blocks
    default:
      return requested * 0.1;
  }
}

function readingsOf({ parts }: BenchResult, part: Part): readonly Reading[] {
  const stored = parts[part];
  return stored?.kind === 'accuracy' ? stored.rounds.flatMap(({ readings }) => readings) : [];
}

function keyOf({ kind, requested }: Reading): string {
  return `${kind} ${requested}`;
}

function shown(value: number, unit: string): string {
  switch (unit) {
    case 'ratio':
      return `${(value * 100).toFixed(2)} %`;
    case 'bit/s':
      return `${(value / 1e6).toFixed(2)} Mbit/s`;
    case 'byte':
      return `${value} B`;
    default:
      return `${value.toFixed(2)} ${unit}`;
  }
}
