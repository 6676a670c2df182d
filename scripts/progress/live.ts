import { createLogUpdate } from 'log-update';
import { screenOf } from '../screen.ts';
import { visible } from '../visible.ts';
import type { Progress } from '../progress.ts';
import { runningLine, stepLine, type StepText } from './step-line.ts';

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
  const { colours } = screenOf(stream);
  const running = new Set<Running>();
  let timer: NodeJS.Timeout | null = null;
  let frame = 0;

  const draw = (): void => {
    frame += 1;
    const lines = [...running].map(
      (one) =>
        `${colours.cyan(frames[frame % frames.length] ?? '')} ${runningLine(textOf(one), stream.columns, colours.dim)}`,
    );
    screen(lines.join('\n'));
  };
  const textOf = ({ title, detail, began }: Running): StepText => ({
    title: visible(title),
    detail: visible(detail),
    tookMs: nowMs() - began,
  });
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
      try {
        const value = await work({
          update: (detail) => {
            one.detail = detail;
          },
        });
        end(one, `${colours.green('✓')} ${stepLine(textOf(one), stream.columns, colours.dim)}`);
        return value;
      } catch (error) {
        end(one, `${colours.red('✗')} ${stepLine(textOf(one), stream.columns, colours.dim)}`);
        throw error;
      }
    },
    note: (text) => {
      screen.clear();
      stream.write(`  ${visible(text)}\n`);
    },
  };
}
