import type { Progress } from '../progress.ts';

/** One line when a step begins to take long enough to wonder, one when it ends: for pipes and logs. */
export function plainProgress(write: (text: string) => void, nowMs: () => number): Progress {
  return {
    step: async (title, work) => {
      const began = nowMs();
      let detail = '';
      try {
        const value = await work({
          update: (text) => {
            detail = text;
          },
        });
        write(`ok   ${title}${detail === '' ? '' : ` (${detail})`} ${seconds(nowMs() - began)}\n`);
        return value;
      } catch (error) {
        write(`FAIL ${title} ${seconds(nowMs() - began)}\n`);
        throw error;
      }
    },
    note: (text) => {
      write(`     ${text}\n`);
    },
  };
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
