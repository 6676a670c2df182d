import { UsageError } from '../../infra/errors.ts';
import { pieceOf, type Piece } from '../support/named-options.ts';
import type { Shape } from './cluster-file.ts';

/** What is measured by itself, in the order in which it is. */
export const parts = [
  'entrypoint-3',
  'entrypoint-10',
  'entrypoint-50',
  'systemd-3',
  'systemd-16',
  'rehearsal',
  'links',
  'loss',
  'disk',
  'doctor',
] as const;
export type Part = (typeof parts)[number];

/** Short words for `--only`. */
const groups: Readonly<Record<string, readonly Part[]>> = {
  up: ['entrypoint-3', 'entrypoint-10', 'entrypoint-50', 'systemd-3', 'systemd-16'],
  accuracy: ['links', 'loss', 'disk', 'doctor'],
};

/** The cluster that a part brings up and down; null where it measures something else. */
export function shapeOf(part: Part): Shape | null {
  const [, init = '', nodes = ''] = /^(entrypoint|systemd)-(\d+)$/.exec(part) ?? [];
  if (nodes === '') return null;
  return { init: init === 'systemd' ? 'systemd' : 'image', nodes: Number(nodes) };
}

/** Medians need several; `doctor --calibrate` is one statement beside them. */
export const roundsOf = (part: Part): number => (part === 'doctor' ? 1 : 5);

/** The smallest thing that is measured, and kept, by itself: one round of one part, every contender once. */
export interface Unit {
  readonly part: Part;
  /** From 1. */
  readonly round: number;
}

export interface Choice {
  /** Names of parts and groups; empty: everything. */
  readonly only: readonly string[];
  /** One of several pieces of about the same number of units, so that no command need run for long. */
  readonly piece: Piece;
}

/** Pure. @throws UsageError (64) for a word that names nothing. */
export function chooseUnits({ only, piece }: Choice): readonly Unit[] {
  const wanted = new Set(only.length === 0 ? parts : only.flatMap(partsNamed));
  const units = parts
    .filter((part) => wanted.has(part))
    .flatMap((part) => Array.from({ length: roundsOf(part) }, (_, index) => ({ part, round: index + 1 })));
  return pieceOf(units, piece);
}

/** Every contender has every place in the order equally often, in as many rounds as there are contenders. */
export function rotated<T>(contenders: readonly T[], round: number): readonly T[] {
  const shift = (round - 1) % Math.max(1, contenders.length);
  return [...contenders.slice(shift), ...contenders.slice(0, shift)];
}

function partsNamed(word: string): readonly Part[] {
  const named = groups[word] ?? parts.filter((part) => part === word);
  if (named.length > 0) return named;
  throw new UsageError('only', `--only "${word}" is nothing that is measured`, {
    hint: `one of ${[...Object.keys(groups), ...parts].join(', ')}`,
  });
}
