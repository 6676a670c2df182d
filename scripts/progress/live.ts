import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import type { Progress } from '../progress.ts';
import { seconds } from './plain.ts';

interface Running {
  readonly title: string;
  readonly began: number;
  detail: string;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const redrawMs = 100;

/** Steps that run are drawn at the bottom with their time; those that ended stay above as lines. */
export function liveProgress(stream: NodeJS.WriteStream, nowMs: () => number): Progress {
  const screen = createLogUpdate(stream);
  const running = new Set<Running>();
  let timer: NodeJS.Timeout | null = null;
  let frame = 0;

  const draw = (): void => {
    frame += 1;
    const lines = [...running].map(
      ({ title, began, detail }) =>
        `${pc.cyan(frames[frame % frames.length] ?? '')} ${title} ${pc.dim(`${detail} ${seconds(nowMs() - began)}`)}`,
    );
    screen(lines.join('\n'));
  };
  const begin = (one: Running): void => {
    running.add(one);
    timer ??= setInterval(draw, redrawMs);
    draw();
  };
  const end = (one: Running, line: string): void => {
    running.delete(one);
    screen.clear();
    stream.write(`${line}\n`);
    if (running.size > 0) {
      draw();
      return;
    }
    if (timer !== null) clearInterval(timer);
    timer = null;
    screen.done();
  };

  return {
    step: async (title, work) => {
      const one: Running = { title, began: nowMs(), detail: '' };
      begin(one);
      const took = (): string => pc.dim(seconds(nowMs() - one.began));
      try {
        const value = await work({
          update: (detail) => {
            one.detail = detail;
          },
        });
        end(one, `${pc.green('✓')} ${title} ${pc.dim(one.detail)} ${took()}`);
        return value;
      } catch (error) {
        end(one, `${pc.red('✗')} ${title} ${took()}`);
        throw error;
      }
    },
    note: (text) => {
      screen.clear();
      stream.write(`  ${text}\n`);
    },
  };
}
