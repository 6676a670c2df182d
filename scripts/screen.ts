import pc from 'picocolors';

/** What a stream's reader sees of a text. */
export interface Screen {
  readonly colours: ReturnType<typeof pc.createColors>;
  /** Infinity in a pipe: there a line is what somebody searches for, and nothing wraps it. */
  readonly columns: number;
}

/** Colours belong to a terminal, and to the stream that is one: never to a pipe, whatever the other stream is. */
export function screenOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): Screen {
  const { NO_COLOR: refused, TERM: terminal } = process.env;
  const isTerminal = stream.isTTY === true;
  return {
    colours: pc.createColors(isTerminal && (refused ?? '') === '' && terminal !== 'dumb'),
    columns: isTerminal ? (stream.columns ?? 80) : Infinity,
  };
}

/**
 * Pure: what would move the cursor, colour the screen or turn the writing round, as text. Names and outputs that are not
 * ours stand in our messages: a spec must not write on its reader's terminal.
 */
export function visible(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (one) => {
    const code = one.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
