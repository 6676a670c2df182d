import { InterruptedError } from '../../infra/errors.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What tests stand in for `process`. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

export interface Interrupts extends Disposable {
  /** Aborted by the first signal, with an InterruptedError as its reason. */
  readonly signal: AbortSignal;
  /** Aborted by the second: evidence is no longer collected. No signal ends tear-down. */
  readonly skipCollecting: AbortSignal;
}

export interface InterruptOptions {
  readonly source?: SignalSource;
  /** Told of each signal: 1 stops the run, 2 skips collecting, more change nothing. */
  readonly onSignal?: (signal: NodeJS.Signals, count: number) => void;
}

/**
 * Ctrl-C, SIGTERM and a hang-up end a run in order: work stops, evidence is kept, the cluster goes. Listening replaces
 * Node's own reaction (death on the spot), so dispose when the run is over.
 */
export function listenForInterrupts({ source = process, onSignal }: InterruptOptions = {}): Interrupts {
  const stop = new AbortController();
  const skip = new AbortController();
  let count = 0;
  const listener = (signal: NodeJS.Signals): void => {
    count += 1;
    if (count === 1) stop.abort(new InterruptedError('interrupted', `interrupted by ${signal}`));
    if (count === 2) skip.abort(new InterruptedError('interrupted', `interrupted again by ${signal}`));
    onSignal?.(signal, count);
  };
  for (const signal of signals) source.on(signal, listener);
  // After a hang-up the terminal is gone: writing progress to it must not end us with EIO before the cluster is gone.
  const ignore = (): void => undefined;
  process.stderr.on('error', ignore);
  return {
    signal: stop.signal,
    skipCollecting: skip.signal,
    [Symbol.dispose]: () => {
      for (const signal of signals) source.off(signal, listener);
      process.stderr.off('error', ignore);
    },
  };
}
