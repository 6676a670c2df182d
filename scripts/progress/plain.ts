import type { Progress } from '../progress.ts';

/** A step that takes longer says that it is at work, so that nobody wonders; a log stays short otherwise. */
const wonderMs = 10_000;

/** One line when a step ends, and one before it where it takes long: for pipes and logs. */
export function plainProgress(write: (text: string) => void, nowMs: () => number): Progress {
  return {
    step: async (title, work) => {
      const began = nowMs();
      let detail = '';
      const said = (): string => `${title}${detail === '' ? '' : ` (${detail})`}`;
      const wondering = setTimeout(() => {
        write(`...  ${said()}\n`);
      }, wonderMs);
      const update = (text: string): void => {
        detail = text;
      };
      try {
        const value = await work({ update });
        write(`ok   ${said()} ${seconds(nowMs() - began)}\n`);
        return value;
      } catch (error) {
        write(`FAIL ${said()} ${seconds(nowMs() - began)}\n`);
        throw error;
      } finally {
        clearTimeout(wondering);
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
