import { LineCounter, parseDocument, isMap, isPair, isScalar, type Document, type Node } from 'yaml';
import type { Problem } from '../errors.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Path = readonly PropertyKey[];

/** A YAML file that knows where each of its values stands. */
export interface SpecDocument {
  readonly file: string;
  readonly text: string;
  /** Plain data; null where the text is not YAML. */
  readonly value: unknown;
  /** What is wrong with the YAML itself: syntax, duplicate keys, unknown anchors. */
  readonly problems: readonly Problem[];
  /** Where the value at `path` begins; the nearest parent that exists where it does not. */
  positionOf(path: Path): Position;
  /** Where the key at the end of `path` begins. */
  positionOfKey(path: Path): Position;
}

export function readDocument(file: string, text: string): SpecDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = document.errors.map(({ code, message, pos: [offset] }) => ({
    code: `yaml.${code.toLowerCase().replaceAll('_', '-')}`,
    message,
    file,
    ...position(offset),
    hint: 'the file must be YAML 1.2: two spaces a level, no tabs, each key once',
  }));
  return {
    file,
    text,
    value: problems.length === 0 ? document.toJS() : null,
    problems,
    positionOf: (path) => position(offsetOfValue(document, path)),
    positionOfKey: (path) => position(offsetOfKey(document, path) ?? offsetOfValue(document, path)),
  };
}

function offsetOfValue(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const offset = startOf(node);
    if (offset !== null) return offset;
  }
  return startOf(document.contents) ?? 0;
}

function offsetOfKey(document: Document.Parsed, path: Path): number | null {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return null;
  const key = String(path.at(-1));
  const pair = parent.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
  );
  return startOf(pair?.key);
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

function isNode(node: unknown): node is Node {
  return typeof node === 'object' && node !== null && 'range' in node;
}
