/** A line of a secret of several lines (a private key) is looked for by itself, unless it is no longer than a word. */
const shortestLine = 16;
/** Line lengths at which base64 is broken: MIME's and coreutils', and PEM's. */
const wrappedAt = [76, 64] as const;

/**
 * Pure: every form in which `secret` may stand in a text, as bytes in latin1: plain, in base64 (alone, and inside
 * something longer, at any of its three alignments), in hex, and each of these escaped as URL, JSON or XML have it. Tools differ
 * in what they escape, so each of their ways is a form.
 */
export function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/);
  const pieces =
    lines.length === 1 ? [] : lines.filter((line) => line.length >= shortestLine && !/^-+/.test(line));
  const texts = [secret, ...pieces].map((text) => text.toWellFormed());
  const encoded = new Set([...texts, ...base64(secret.toWellFormed()), ...hex(secret.toWellFormed())]);
  return [...new Set([...encoded].flatMap(escaped))].map((form) =>
    Buffer.from(form, 'utf8').toString('latin1'),
  );
}

function base64(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const alone = bytes.toString('base64');
  const inside = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    // Characters that its neighbours have a share in differ from text to text.
    const own = [Math.ceil((shift * 8) / 6), Math.floor((shifted.length * 8) / 6)] as const;
    return shifted.toString('base64').slice(...own);
  });
  const wrapped = wrappedAt
    .filter((length) => alone.length > length)
    .flatMap((length) => alone.match(new RegExp(`.{1,${length}}`, 'g')) ?? [])
    .filter((piece) => piece.length >= shortestLine);
  const all = [alone, alone.replace(/=+$/, ''), ...inside, ...wrapped];
  return [...all, ...all.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** In small letters and in capitals. */
function hex(text: string): readonly string[] {
  const small = Buffer.from(text, 'utf8').toString('hex');
  return [small, small.toUpperCase()];
}

function escaped(text: string): readonly string[] {
  if (/^[A-Za-z0-9]*$/.test(text)) return [text];
  return [text, ...urlForms(text), ...jsonForms(text), ...xmlForms(text)];
}

/** What each way of escaping leaves as it is beside letters and digits, and what it makes of a space. */
const urlWays = [
  ["-_.!~*'()", '%20'], // encodeURIComponent
  ["-_.!~*'();/?:@&=+$,#", '%20'], // encodeURI
  ['-_.~', '%20'], // RFC 3986, PHP
  ['-_.~/', '%20'], // Python's quote
  ['-_.~', '+'], // Go, Python's quote_plus
  ['-_.*', '+'], // browsers' forms, Java
  ['-_.', '+'], // PHP's urlencode
] as const;

function urlForms(text: string): readonly string[] {
  const all = urlWays.map(([kept, space]) =>
    Array.from(text)
      .map((one) =>
        one === ' ' ? space : /[A-Za-z0-9]/.test(one) || kept.includes(one) ? one : percent(one),
      )
      .join(''),
  );
  return [...all, ...all.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase()))];
}

function percent(one: string): string {
  return [...Buffer.from(one, 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** As JSON.stringify, PHP, Python and Go write it; and once more, where JSON stands as text in JSON. */
function jsonForms(text: string): readonly string[] {
  const json = (value: string): string => JSON.stringify(value).slice(1, -1);
  const unicode = (value: string, which: RegExp): string =>
    value.replaceAll(which, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const plain = json(text);
  const all = [
    plain,
    plain.replaceAll('/', '\\/'),
    unicode(plain, /[\u007f-\uffff]/g),
    unicode(plain, /[\u007f-\uffff]/g).replaceAll('/', '\\/'),
    unicode(plain, /[<>&\u2028\u2029]/g),
  ];
  return [...all, ...all.map(json)];
}

function xmlForms(text: string): readonly string[] {
  const content = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = content.replaceAll('"', '&quot;');
  const all = [
    content,
    quoted,
    quoted.replaceAll("'", '&#39;'),
    quoted.replaceAll("'", '&apos;'),
    quoted.replaceAll("'", '&#x27;'),
  ];
  return [...all, ...all.map((form) => form.replaceAll('\n', '&#10;'))];
}
