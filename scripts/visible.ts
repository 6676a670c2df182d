/** Tab and line feed stay: they are what lines are made of. So does the other end that lines may have, as that one. */
const orders = /\r\n|[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Colours and weights (SGR), which move nothing and overwrite nothing. */
const colour = new RegExp(`(${String.fromCharCode(27)}\\[[\\d;]*m)`);

/**
 * Pure: a text that somebody else wrote (a spec, a file's name, what a container said), as it may stand on a terminal or in
 * a page: characters that a terminal obeys, and those that turn the order of writing round, are shown as `\x1b`, `\u202e`.
 */
export function visible(text: string): string {
  return text.replaceAll(orders, shown);
}

/** Pure: the same, but for colours, our own or those of a log: for what is about to be written to a terminal. */
export function visibleInColour(text: string): string {
  return text
    .split(colour)
    .map((piece, index) => (index % 2 === 1 ? piece : visible(piece)))
    .join('');
}

/** Pure: the same, without the colours: for a page, where they would be noise in every line of some logs. */
export function visibleWithoutColour(text: string): string {
  return text
    .split(colour)
    .map((piece, index) => (index % 2 === 1 ? '' : visible(piece)))
    .join('');
}

/** Pure: JSON that says the same, with such characters escaped that JSON itself leaves as they are. */
export function visibleJson(json: string): string {
  return json.replaceAll(orders, (one) => `\\u${hex(one, 4)}`);
}

function shown(one: string): string {
  if (one === '\r\n') return '\n';
  return (one.codePointAt(0) ?? 0) < 0x100 ? `\\x${hex(one, 2)}` : `\\u${hex(one, 4)}`;
}

function hex(one: string, digits: number): string {
  return (one.codePointAt(0) ?? 0).toString(16).padStart(digits, '0');
}
