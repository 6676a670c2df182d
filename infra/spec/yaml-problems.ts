import {
  isAlias,
  isCollection,
  isScalar,
  visit,
  type Document,
  type ErrorCode,
  type Node,
  type YAMLError,
} from 'yaml';

/** What is wrong with a text as YAML, and where in it. */
export interface YamlProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
}

/**
 * All that a parsed document says against its text. Of the parser's complaints one a line, because one slip makes several,
 * and one of each kind, because a slip such as a tab is made all over a file.
 */
export function yamlProblems(document: Document.Parsed, text: string): readonly YamlProblem[] {
  const open = unclosed(document, text);
  const said = [
    ...document.errors.filter((error) => !(open.length > 0 && isAboutClosing(error))).map(worded(text)),
    ...document.warnings.map(worded(text)),
  ].sort(byOffset);
  const kinds = said.filter(
    ({ message }, index) => said.findIndex((one) => one.message === message) === index,
  );
  const lineOf = ({ offset }: YamlProblem): number => text.slice(0, offset).split('\n').length;
  const slips = [...kinds, ...open]
    .sort(byOffset)
    .filter((one, index, all) => all.findIndex((other) => lineOf(other) === lineOf(one)) === index);
  const others = unusable(document).filter((one) => slips.every((slip) => lineOf(slip) !== lineOf(one)));
  return [...slips, ...others].sort(byOffset);
}

function byOffset(a: YamlProblem, b: YamlProblem): number {
  return a.offset - b.offset;
}

const general = 'the file must be YAML 1.2: a map of "key: value" lines, two spaces a level';

/** The parser's own words are for those who write parsers. */
const words: Partial<
  Record<ErrorCode, (found: string) => { readonly message: string; readonly hint: string }>
> = {
  DUPLICATE_KEY: (found) => ({ message: `key ${found} is given twice in one map`, hint: 'keep one' }),
  TAB_AS_INDENT: () => ({
    message: 'a tab where the line is indented',
    hint: 'indent with spaces, two a level',
  }),
  MULTIPLE_DOCS: () => ({
    message: 'a second document begins here',
    hint: 'one document a file: remove "---" and what follows, or make it a file of its own',
  }),
  BAD_INDENT: () => ({
    message: 'this line stands neither in the map above nor in the one around it',
    hint: 'keys of one map begin in one column',
  }),
  BLOCK_AS_IMPLICIT_KEY: () => ({
    message: 'a map cannot begin here, behind a key on the same line',
    hint: 'put a text with ": " in it in quotes; a map goes on lines of its own, indented, or in { }',
  }),
  BAD_SCALAR_START: (found) => ({
    message: `a text cannot begin with ${found.slice(1, 2)}`,
    hint: 'put it in quotes',
  }),
  TAG_RESOLVE_FAILED: (found) => ({ message: `tag ${found} means nothing here`, hint: 'remove it' }),
};

function worded(text: string): (error: YAMLError) => YamlProblem {
  return ({ code, message, pos: [position] }) => {
    // The parser means the line; what stands in it comes after its indentation.
    const indentation = code === 'BAD_INDENT' ? (/^ */.exec(text.slice(position))?.[0].length ?? 0) : 0;
    const offset = position + indentation;
    const found = `"${/^["']?([^\s:"']+)/.exec(text.slice(offset))?.[1] ?? ''}"`;
    const said = words[code]?.(found) ?? { message, hint: general };
    return { code: `yaml.${code.toLowerCase().replaceAll('_', '-')}`, offset, ...said };
  };
}

function isAboutClosing({ code, message }: YAMLError): boolean {
  return code === 'MISSING_CHAR' || (code === 'BAD_INDENT' && message.startsWith('Flow'));
}

const ends: Readonly<Record<string, string>> = { '{': '}', '[': ']', '"': '"', "'": "'" };

/** Brackets and quotes that never end, where they begin: the parser notices only where something else comes. */
function unclosed(document: Document.Parsed, text: string): readonly YamlProblem[] {
  const found: YamlProblem[] = [];
  visit(document, (_key, node) => {
    const open =
      (isCollection(node) && node.flow === true && !isClosed(node)) ||
      (isScalar(node) &&
        document.errors.some(({ code, pos }) => code === 'MISSING_CHAR' && pos[0] === node.range?.[1]));
    if (!open) return;
    const offset = node.range?.[0] ?? 0;
    const begin = text.charAt(offset);
    found.push({
      code: 'yaml.unclosed',
      message: `this ${begin} is never closed`,
      hint: `add ${ends[begin] ?? 'its end'} where it ends`,
      offset,
    });
  });
  return found;
}

function isClosed({ srcToken }: Node): boolean {
  return (
    srcToken?.type === 'flow-collection' &&
    srcToken.end.some(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end')
  );
}

/** `__proto__`, `constructor`, `toString` and their like: a map that is asked for such a name answers whatever it holds. */
export function everyObjectHas(name: string): boolean {
  return name in Object.prototype;
}

/** Aliases of nothing, merge keys, keys that are no texts, and keys that every object has: all are YAML, none has a meaning here. */
function unusable(document: Document.Parsed): readonly YamlProblem[] {
  const found: YamlProblem[] = [];
  visit(document, {
    Alias: (_key, node) => {
      if (node.resolve(document) !== undefined) return;
      found.push({
        code: 'yaml.alias',
        message: `there is no anchor &${node.source} above`,
        hint: `write &${node.source} before the value that is meant, or quote the text "*${node.source}"`,
        offset: node.range?.[0] ?? 0,
      });
    },
    Pair: (_key, { key }) => {
      if (isScalar(key)) {
        const name = String(key.value);
        // Taken, two of them in one map would be no slip any more, and what they bring would stand nowhere.
        if (name === '<<' && key.type === 'PLAIN')
          found.push({
            code: 'yaml.merge-key',
            message: 'merge keys (<<) are not taken: YAML 1.2 has none',
            hint: 'write the keys out; an alias (*name) may stand for a whole value',
            offset: key.range?.[0] ?? 0,
          });
        if (everyObjectHas(name))
          found.push({
            code: 'yaml.reserved-key',
            message: `nothing can be called "${name}": every map has something of that name already`,
            hint: 'give it another name',
            offset: key.range?.[0] ?? 0,
          });
        return;
      }
      if (!(isCollection(key) || isAlias(key))) return;
      found.push({
        code: 'yaml.key',
        message: 'a key must be a text',
        hint: 'put a key that begins with {, [ or * in quotes',
        offset: key.range?.[0] ?? 0,
      });
    },
  });
  return found;
}
