/** What sets a machine's own clock, and what sets it back; undos are run last first. */
export interface ClockCommands {
  readonly undo: readonly (readonly string[])[];
  readonly do: readonly (readonly string[])[];
}

/**
 * Pure: the clock of a machine that is nobody else's, so much later or earlier from now on; never a container's, which is its
 * host's. By the same amount both ways, so that the time that passes meanwhile is kept. What keeps it right
 * (systemd-timesyncd), where the machine has that, is stopped first and started again last.
 */
export function realClock(offsetMs: number, isSynchronised: boolean): ClockCommands {
  const synchronise = (is: boolean): readonly (readonly string[])[] =>
    isSynchronised ? [['timedatectl', 'set-ntp', String(is)]] : [];
  return {
    undo: [...synchronise(true), set(-offsetMs)],
    do: [...synchronise(false), set(offsetMs)],
  };
}

/** GNU date's own words, without a space: a lease splits what it is asked at each. */
function set(byMs: number): readonly string[] {
  return ['date', `--set=${byMs < 0 ? '-' : '+'}${Math.abs(byMs) / 1000}seconds`];
}
