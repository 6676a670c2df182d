import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Parser,
  type CST,
  type Document,
  type Node,
} from 'yaml';
import type { Problem } from '../errors.ts';
import { tooDeep } from './nesting.ts';
import { yamlProblems, type YamlProblem } from './yaml-problems.ts';
import { messageOf } from '../errors.ts';

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
  /** What is wrong with the file itself: its bytes, syntax, duplicate keys, unknown anchors. */
  readonly problems: readonly Problem[];
  /**
   * Where the value at `path` begins; of the nearest parent that exists where it does not. A map or list on lines of its
   * own is where its key is.
   */
  positionOf(path: Path): Position;
  /** Where the key at the end of `path` begins; the value where there is no such key. */
  positionOfKey(path: Path): Position;
  /** A number as its author wrote it, which is not always how it would be printed; null for what is no number there. */
  numberAt(path: Path): string | null;
}

export function readDocument(file: string, bytes: Uint8Array): SpecDocument {
  const { text, noText } = decode(bytes);
  const lines = new LineCounter();
  // What is no text is not read as YAML either: a program of megabytes would be one problem a line.
  const document = parseDocument(noText === null ? text : '', {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    keepSourceTokens: true,
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (noText !== null) addLines(lines, text);
  const unread = noText ?? tooDeep(tokensOf(document, text));
  const wrong = unread === null ? yamlProblems(document, text) : [unread];
  const { value, problem } = wrong.length === 0 ? plain(document) : { value: null, problem: null };
  return {
    file,
    text,
    value,
    problems: [...wrong, ...(problem === null ? [] : [problem])].map(({ offset, ...said }) => ({
      ...said,
      file,
      ...position(offset),
    })),
    positionOf: (path) => position(offsetOf(document, path)),
    positionOfKey: (path) => position(startOf(pairAt(document, path)?.key) ?? offsetOf(document, path)),
    numberAt: (path) => {
      const node = nodeAt(document, path);
      return isScalar(node) && typeof node.value === 'number' ? (node.source ?? null) : null;
    },
  };
}

/** The text, and what makes it none: the first byte that is none of UTF-8, or a character that only programs write. */
function decode(bytes: Uint8Array): { readonly text: string; readonly noText: YamlProblem | null } {
  const text = new TextDecoder().decode(bytes);
  const control = text.search(/[^\P{Cc}\t\n\r\u0085]/u);
  if (control !== -1) return { text, noText: controlCharacter(text, control) };
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { text, noText: null };
  } catch {
    return { text, noText: notUtf8(Math.max(0, text.indexOf('\uFFFD'))) };
  }
}

/** What the document was made from; where that was too deep to be made into one, the text is taken apart once more. */
function tokensOf({ contents, errors }: Document.Parsed, text: string): Iterable<CST.Token> {
  if (errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return new Parser().parse(text);
  return contents?.srcToken === undefined ? [] : [contents.srcToken];
}

function notUtf8(offset: number): YamlProblem {
  return {
    code: 'not-utf-8',
    message: 'the file is not UTF-8 from here on',
    hint: 'save it as UTF-8',
    offset,
  };
}

function controlCharacter(text: string, offset: number): YamlProblem {
  const point = (text.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return {
    code: 'control-character',
    message: `the character U+${point} stands in no text: this is another kind of file, or not UTF-8`,
    hint: 'give a YAML file, saved as UTF-8; in it, such a character is written as an escape, in double quotes',
    offset,
  };
}

function addLines(lines: LineCounter, text: string): void {
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
}

/** Aliases of aliases can make gigabytes of a few lines. */
function plain(document: Document.Parsed): { readonly value: unknown; readonly problem: YamlProblem | null } {
  try {
    return { value: document.toJS(), problem: null };
  } catch (error) {
    const message = messageOf(error);
    return { value: null, problem: { code: 'yaml.alias', message, hint: 'write the values out', offset: 0 } };
  }
}

function offsetOf(document: Document.Parsed, path: Path): number {
  if (path.length === 0) return startOf(document.contents) ?? 0;
  const node = nodeAt(document, path);
  if (node === undefined) return offsetOf(document, path.slice(0, -1));
  const onItsOwnLines = isCollection(node) && node.flow !== true;
  const key = onItsOwnLines ? startOf(pairAt(document, path)?.key) : null;
  return key ?? startOf(node) ?? offsetOf(document, path.slice(0, -1));
}

function nodeAt(document: Document.Parsed, path: Path): unknown {
  if (path.length === 0) return document.contents;
  const parent = nodeAt(document, path.slice(0, -1));
  return isSeq(parent) ? parent.items[Number(path.at(-1))] : pairAt(document, path)?.value;
}

/** Keys count as the texts that they become: `8080: x` is found by "8080". */
function pairAt(
  document: Document.Parsed,
  path: Path,
): { readonly key: unknown; readonly value: unknown } | undefined {
  if (path.length === 0) return undefined;
  const parent = nodeAt(document, path.slice(0, -1));
  if (!isMap(parent)) return undefined;
  return parent.items.find(({ key }) => isScalar(key) && nameOf(key.value) === String(path.at(-1)));
}

function nameOf(key: unknown): string {
  return typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean' ? String(key) : '';
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

function isNode(node: unknown): node is Node {
  return typeof node === 'object' && node !== null && 'range' in node;
}
