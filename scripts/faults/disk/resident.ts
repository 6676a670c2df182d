import { createInterface, type Interface } from 'node:readline';
import type { NodeAccess, NodeProcess } from '../../nodes/node.ts';
import { withDeadline } from '../../with-deadline.ts';

const answerDeadlineMs = 10_000;
const script = [
  'cd "$1" || exit',
  'echo in',
  'while read -r _; do',
  '  f=./.understudy-resident.$$',
  '  e=$( { : > "$f"; } 2>&1 ) && rm -f "$f"',
  '  echo "said $e"',
  'done',
].join('\n');

/**
 * A process inside the node that went into a folder before a fault and looks at it from there, as an application does that
 * runs already: a fault that only meets those who come by the path does not reach it. It ends with its input.
 */
export class Resident {
  readonly #process: NodeProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;

  private constructor(name: string, process: NodeProcess, lines: Interface) {
    this.#name = name;
    this.#process = process;
    this.#lines = lines[Symbol.asyncIterator]();
    process.stderr.resume();
    process.stdin.on('error', () => undefined); // it is gone; the next line that is waited for says so
  }

  static async enter(node: NodeAccess, path: string): Promise<Resident> {
    const process = await node.start(['sh', '-c', script, 'sh', path], { environment: { LC_ALL: 'C' } });
    const resident = new Resident(
      `${node.name}: a process inside ${path}`,
      process,
      createInterface({ input: process.stdout }),
    );
    await resident.#line();
    return resident;
  }

  /** What a new file, named from where it is, said to it: empty where it went through. */
  async createError(): Promise<string> {
    this.#process.stdin.write('\n');
    return (await this.#line()).slice('said'.length).trim();
  }

  leave(): void {
    this.#process.stdin.end();
    this.#process.close();
  }

  async #line(): Promise<string> {
    const next = await withDeadline(this.#name, answerDeadlineMs, this.#lines.next());
    if (next.done === true) throw new Error(`${this.#name} has ended`);
    return next.value;
  }
}
