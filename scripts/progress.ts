/**
 * What a long command tells the person in front of it. One implementation draws a live list on a terminal, another
 * prints plain lines into a pipe; both write to stderr, because stdout belongs to results.
 */
export interface Progress {
  /** Runs `work` as one visible step; the step shows its time when it ends and a cross when it throws. */
  step<T>(title: string, work: (step: Step) => Promise<T>): Promise<T>;
  /** One line of its own, outside any step. */
  note(text: string): void;
}

export interface Step {
  /** Replaces the text behind the title ("3 of 5 nodes ready"). */
  update(detail: string): void;
}

/** For tests and for `--json`: says nothing. */
export const silentProgress: Progress = {
  step: async (_title, work) => work({ update: () => undefined }),
  note: () => undefined,
};
