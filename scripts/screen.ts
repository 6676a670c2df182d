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
