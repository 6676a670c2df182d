/** Something that lasts. `text` stands inside where there is room; `tip` is what hovering or tapping it says. */
export interface Span {
  readonly kind: 'span';
  readonly look:
    | 'phase'
    | 'phase broken'
    | 'planned'
    | 'fault'
    | 'fault open'
    | 'shade'
    | 'held'
    | 'excused'
    | 'violated'
    | 'entry other'
    | 'entry warning'
    | 'entry error';
  readonly fromMs: number;
  readonly toMs: number;
  readonly text: string;
  readonly tip: string;
}

/** Something that happened at one moment. */
export interface Mark {
  readonly kind: 'mark';
  readonly look: 'good' | 'bad' | 'neutral';
  readonly ms: number;
  readonly glyph: string;
  readonly tip: string;
}

/** A suite with its tests side by side, each as wide as it was long. */
export interface TestsSpan {
  readonly kind: 'tests';
  readonly fromMs: number;
  readonly toMs: number;
  readonly look: 'good' | 'bad' | 'open';
  readonly tip: string;
  readonly parts: readonly TestPart[];
}

export interface TestPart {
  readonly look: 'rest' | 'passed' | 'skipped' | 'failed';
  readonly share: number;
  readonly tip: string;
}

export interface Lane {
  readonly group: 'phases' | 'faults' | 'suites' | 'invariants' | 'nodes';
  readonly name: string;
  /** Id of what the name leads to; null where there is nothing more to read. */
  readonly leadsTo: string | null;
  readonly items: readonly (Span | Mark | TestsSpan)[];
}
