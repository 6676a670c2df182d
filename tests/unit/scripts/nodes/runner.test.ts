import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { NodeProcess } from '../../../../scripts/nodes/node.ts';
import { RunnerNode } from '../../../../scripts/nodes/runner.ts';
import { fakeNode } from '../../../support/fake-node.ts';

interface Frame {
  readonly what: string;
  readonly id: number;
  readonly payload: Buffer;
}

/** The other end of a runner's streams, by hand. */
class FakeRunner {
  readonly asked: Frame[] = [];
  readonly #stdin = new PassThrough();
  readonly #stdout = new PassThrough();
  readonly #exited = Promise.withResolvers<number>();
  #heard = Buffer.alloc(0);

  constructor(onFrame: (frame: Frame) => void = () => undefined) {
    this.#stdin.on('data', (bytes: Buffer) => {
      this.#heard = Buffer.concat([this.#heard, bytes]);
      for (let end = this.#end(); end <= this.#heard.length; end = this.#end()) {
        const payload = this.#heard.subarray(9, end);
        const frame = {
          what: this.#heard.toString('latin1', 0, 1),
          id: this.#heard.readUInt32BE(1),
          payload,
        };
        this.#heard = this.#heard.subarray(end);
        this.asked.push(frame);
        onFrame(frame);
      }
    });
  }

  get process(): NodeProcess {
    return {
      stdin: this.#stdin,
      stdout: this.#stdout,
      stderr: new PassThrough(),
      exited: this.#exited.promise,
      close: () => undefined,
    };
  }

  say(bytes: Uint8Array): void {
    this.#stdout.write(bytes);
  }

  die(): void {
    this.#exited.resolve(-1);
  }

  #end(): number {
    return this.#heard.length < 9 ? Infinity : 9 + this.#heard.readUInt32BE(5);
  }
}

function frame(what: string, id: number, payload: string | Uint8Array = ''): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.alloc(9);
  header.write(what, 'latin1');
  header.writeUInt32BE(id, 1);
  header.writeUInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}

const code = (exit: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(exit);
  return bytes;
};

async function opened(runner: FakeRunner): Promise<RunnerNode> {
  const started: (readonly string[])[] = [];
  const node = await RunnerNode.open(
    fakeNode({
      start: async (argv) => {
        started.push(argv);
        return Promise.resolve(runner.process);
      },
    }),
  );
  expect(started).toEqual([['runner']]);
  return node;
}

describe('a side-car behind its runner', () => {
  test('passes on words as they are, and says what each program wrote and how it ended', async () => {
    const runner = new FakeRunner(({ what, id }) => {
      if (what !== 's') return;
      runner.say(frame('b', id));
      runner.say(frame('o', id, `out of ${id}`));
      runner.say(frame('r', id, `err of ${id}`));
      runner.say(frame('x', id, code(id)));
    });
    const node = await opened(runner);
    const ends = await Promise.all([node.exec(['a', '', 'b c\n']), node.exec(['d'], { stdin: 'in' })]);
    expect(ends).toEqual([
      { exitCode: 1, stdout: 'out of 1', stderr: 'err of 1' },
      { exitCode: 2, stdout: 'out of 2', stderr: 'err of 2' },
    ]);
    const starts = runner.asked.filter(({ what }) => what === 's').map(({ payload }) => payload.toString());
    expect(starts).toEqual(['a\0\0b c\n\0', 'd\0']);
  });

  test('hears the same however the bytes are cut', async () => {
    const parts = [frame('b', 1), frame('o', 1, 'one'), frame('o', 1, ' two'), frame('x', 1, code(7))];
    const bytes = Buffer.concat(parts);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const runner = new FakeRunner(({ what }) => {
          if (what !== 's') return;
          for (const [at, from] of places.entries()) runner.say(bytes.subarray(from, places[at + 1]));
        });
        const node = await opened(runner);
        expect(await node.exec(['x'])).toEqual({ exitCode: 7, stdout: 'one two', stderr: '' });
      }),
      { numRuns: 100 },
    );
  });

  test('rejects what could not be started, and says why', async () => {
    const runner = new FakeRunner(({ id }) => {
      runner.say(frame('f', id, 'No such file or directory'));
    });
    const node = await opened(runner);
    await expect(node.exec(['nothing'])).rejects.toThrow(
      'the runner of node-1, asked to run nothing, says: No such file or directory',
    );
  });

  test('ends what is under way when the side-car goes, and starts nothing more', async () => {
    const runner = new FakeRunner(({ what, id }) => {
      if (what === 's') runner.say(frame('b', id));
    });
    const node = await opened(runner);
    const process = await node.start(['hold']);
    const said = text(process.stdout);
    runner.die();
    expect(await process.exited).toBe(-1);
    expect(await said).toBe('');
    await expect(node.start(['hold'])).rejects.toThrow('the runner of node-1, asked to run hold, has ended');
  });

  test('closes the streams of a program whose time is over, and goes on with the others', async () => {
    const runner = new FakeRunner(({ what, id }) => {
      if (what === 's') runner.say(frame('b', id));
    });
    const node = await opened(runner);
    const other = await node.start(['other']);
    const over = new AbortController();
    const asked = node.exec(['slow'], { signal: over.signal });
    while (runner.asked.length < 3) await new Promise(setImmediate);
    over.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    runner.say(frame('o', 2, 'too late'));
    runner.say(frame('x', 1, code(0)));
    expect(await other.exited).toBe(0);
    expect(runner.asked.map(({ what, id }) => `${what}${id}`)).toEqual(['s1', 's2', 'e2', 'c2']);
  });

  test('leaves to the engine what is to be run as somebody else, or elsewhere', async () => {
    const runner = new FakeRunner();
    const asked: unknown[] = [];
    const node = await RunnerNode.open(
      fakeNode({
        start: async () => Promise.resolve(runner.process),
        exec: async (argv, options) => {
          asked.push([argv, options]);
          return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
        },
      }),
    );
    await node.exec(['id'], { user: 'tester' });
    expect(asked).toEqual([[['id'], { user: 'tester' }]]);
    expect(runner.asked).toEqual([]);
  });
});
