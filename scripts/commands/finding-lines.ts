import { Help } from 'commander';
import type { Calibration } from '../faults/kinds/calibration.ts';

/** One part of this machine, and whether it will do. */
export interface Finding {
  readonly part: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to type, where it is not ok. */
  readonly next: string;
}

const signWidth = 8;
const partWidth = 23;

/** Pure: a line a finding. What is too long for the terminal goes on below itself; in a pipe nothing is broken. */
export function findingLines(findings: readonly Finding[], columns: number): string {
  return findings
    .map(({ part, ok, found, next }) => {
      const head = `${signOf(ok)}${part.padEnd(partWidth - 1)} `;
      const indent = `\n${' '.repeat(signWidth + partWidth)}`;
      const lines = wrapped(found, columns - signWidth - partWidth);
      // What is to be typed stays in one piece.
      return `${head}${lines.join(indent)}${next === '' ? '' : `\n${' '.repeat(signWidth)}type: ${next}`}`;
    })
    .join('\n');
}

/** Pure: what the drivers of link faults did when they were calibrated; empty where they never were. */
export function calibrationTable(calibration: Calibration | null): string {
  if (calibration === null) return '';
  const row = (sign: string, cells: readonly [string, string, string, string, string, string]): string => {
    const [kind, asked, measured, unit, tolerance, n] = cells;
    return `${sign}${kind.padEnd(14)}${asked.padStart(11)}${measured.padStart(12)} ${unit.padEnd(6)}${tolerance.padStart(10)}${n.padStart(8)}`;
  };
  const heading = row(' '.repeat(signWidth), ['', 'asked', 'measured', '', 'tolerance', 'n']);
  const rows = calibration.steps.map(({ kind, requested, measured, unit, n, tolerance, ok }) =>
    row(signOf(ok), [kind, brief(requested), brief(measured), unit, brief(tolerance), String(n)]),
  );
  return ['', heading, ...rows].join('\n');
}

function signOf(ok: boolean): string {
  return (ok ? 'ok' : 'no').padEnd(signWidth);
}

/** More digits than that are noise. */
function brief(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** At spaces; a word that is longer than a line, a path or a digest, is broken where the line ends. */
function wrapped(text: string, width: number): readonly string[] {
  if (!Number.isFinite(width)) return [text];
  const room = Math.max(width, 40);
  return new Help()
    .boxWrap(text, room)
    .split('\n')
    .flatMap((line) => line.match(new RegExp(`.{1,${room}}`, 'gu')) ?? ['']);
}
