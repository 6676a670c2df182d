import { visibleWithoutColour } from '../visible.ts';

/** Text that is markup already. Only `markup` and `raw` make it, so whatever else is put into a page is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | null | readonly Part[];

/** The page's template: strings and numbers are escaped, markup is taken as it is, null is nothing. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.map((string, index) => (index === 0 ? string : `${render(parts[index - 1])}${string}`)).join(''),
  );
}

/** For what this folder wrote itself, such as its style sheet; never for what came from a run. */
export function raw(text: string): Markup {
  return new Markup(text);
}

/** Without the colours that a program meant for a terminal, and with all else that one would obey made visible. */
export function plain(text: string): string {
  return visibleWithoutColour(text).toWellFormed();
}

/** A name that may break behind its punctuation, where a screen is narrow. */
export function breakable(name: string): Markup {
  const [first = '', ...rest] = name.split(/(?<=[_/.:[>@-])/);
  return markup`<bdi>${first}${rest.map((piece) => markup`<wbr>${piece}`)}</bdi>`;
}

/** At most `characters` of a text, with a sign where it was cut. */
export function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters).trimEnd()}…`;
}

function render(part: Part | undefined): string {
  if (part === undefined || part === null) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(render).join('');
  return escape(typeof part === 'number' ? String(part) : plain(part));
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
