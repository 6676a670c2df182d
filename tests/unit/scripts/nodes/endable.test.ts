import { afterEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { createInterface } from 'node:readline';
import { belonging, listedProcesses } from '../../../../scripts/nodes/marked-processes.ts';
import { startEndable, type EndableProcess } from '../../../../scripts/nodes/endable.ts';
import { fakeNode, thisMachine } from '../../../support/fake-node.ts';
import { until } from '../../../support/until.ts';

const begun: EndableProcess[] = [];
afterEach(async () => {
  const now = AbortSignal.abort();
  for (const one of begun.splice(0)) await one.end('SIGKILL', now);
});

/** A command that says "begun" when all its processes are there. */
async function begin(script: string): Promise<EndableProcess> {
  const process = await startEndable(thisMachine, ['sh', '-c', script]);
  begun.push(process);
  process.stderr.resume();
  for await (const line of createInterface({ input: process.stdout })) if (line === 'begun') break;
  process.stdout.resume();
  return process;
}

/** A length of sleep that nobody else sleeps. */
let seconds = 1_000_000 + process.pid * 100;
const sleeping = async (...lengths: readonly number[]): Promise<readonly number[]> => {
  const { stdout } = await execa('ps', ['-eo', 'args']);
  return lengths.filter((length) => stdout.split('\n').includes(`sleep ${length}`));
};

describe('ending a command', () => {
  test('ends what it started, in the background too, and tells the signal that it took', async () => {
    const [one, two] = [(seconds += 1), (seconds += 1)];
    const process = await begin(`sleep ${one} & echo begun; sleep ${two}; echo over`);
    await until('both sleep', async () => ((await sleeping(one, two)).length === 2 ? true : null));
    expect(await process.end('SIGTERM')).toEqual({ kind: 'ended', by: 'SIGTERM' });
    expect(await process.exited).toBe(143);
    expect(await sleeping(one, two)).toEqual([]);
  });

  test('finds what left its session and cleared its environment while its parent lived', async () => {
    const one = (seconds += 1);
    const process = await begin(`setsid env -i sleep ${one} & echo begun; wait`);
    await until('it sleeps', async () => ((await sleeping(one)).length === 1 ? true : null));
    expect(await process.end('SIGTERM')).toEqual({ kind: 'ended', by: 'SIGTERM' });
    expect(await sleeping(one)).toEqual([]);
  });

  test('finds what its parent left behind', async () => {
    const one = (seconds += 1);
    const process = await begin(`(setsid sleep ${one} >/dev/null 2>&1 &) ; echo begun`);
    await process.exited;
    expect(await sleeping(one)).toEqual([one]);
    expect(await process.end('SIGTERM')).toEqual({ kind: 'ended', by: 'SIGTERM' });
    expect(await sleeping(one)).toEqual([]);
  });

  test('takes SIGKILL where it does not listen, at once when there is a hurry', async () => {
    const one = (seconds += 1);
    const process = await begin(`trap '' TERM; echo begun; while :; do sleep ${one}; done`);
    const beganMs = performance.now();
    expect(await process.end('SIGTERM', AbortSignal.abort())).toEqual({ kind: 'ended', by: 'SIGKILL' });
    expect(performance.now() - beganMs).toBeLessThan(2_500);
    expect(await sleeping(one)).toEqual([]);
  });

  test('lets it do its own last things before that', async () => {
    const process = await begin(
      `trap 'echo last words; exit 3' TERM; echo begun; while :; do sleep 0.1; done`,
    );
    expect(await process.end('SIGTERM')).toMatchObject({ kind: 'ended' });
    expect(await process.exited).toBe(3);
  });

  test('says so where the image has no shell to end it with', async () => {
    const noShell = { exitCode: 127, stdout: 'exec: "sh": not found\n', stderr: '' };
    const process = await startEndable(
      fakeNode({ start: thisMachine.start, exec: () => Promise.resolve(noShell) }),
      ['cat'],
    );
    const beganMs = performance.now();
    expect(await process.end('SIGTERM')).toEqual({
      kind: 'left',
      why: expect.stringMatching(/^still there \d+ ms later: exec: "sh": not found$/),
    });
    expect(performance.now() - beganMs).toBeLessThan(2_500);
  });

  test('asks again where a busy node did not answer', async () => {
    const one = (seconds += 1);
    let asked = 0;
    const busy = fakeNode({
      start: thisMachine.start,
      exec: async (...words) => {
        asked += 1;
        if (asked === 1) throw new Error('The operation was aborted due to timeout');
        return thisMachine.exec(...words);
      },
    });
    const process = await startEndable(busy, ['sleep', String(one)]);
    begun.push(process);
    await until('it sleeps', async () => ((await sleeping(one)).length === 1 ? true : null));
    expect(await process.end('SIGTERM')).toEqual({ kind: 'ended', by: 'SIGTERM' });
    expect(await sleeping(one)).toEqual([]);
  });

  test('does not claim one that ended by itself', async () => {
    const process = await begin('echo begun');
    await process.exited;
    expect(await process.end('SIGTERM')).toEqual({ kind: 'by-itself' });
  });
});

describe('the processes of a command', () => {
  const line = (
    pid: number,
    marked: 0 | 1,
    parent: number,
    session: number,
    state = 'S',
    start = 500,
  ): string =>
    `${pid} ${marked} ${state} ${parent} ${pid} ${session} 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 0\n`;
  const found = (printed: string, known: Record<number, string> = {}): readonly number[] =>
    belonging(
      listedProcesses(printed),
      new Map(Object.entries(known).map(([pid, start]) => [Number(pid), start])),
    ).map(({ pid }) => pid);

  test('are the marked ones, and all below them', () => {
    expect(found(line(1, 0, 0, 1) + line(7, 1, 0, 7) + line(8, 0, 7, 8) + line(9, 0, 8, 9))).toEqual([
      7, 8, 9,
    ]);
  });

  test('are those of its session, and nobody of another', () => {
    expect(found(line(1, 0, 0, 1) + line(7, 1, 0, 7) + line(8, 0, 1, 7) + line(9, 0, 1, 9))).toEqual([7, 8]);
  });

  test('are those that were found before, unless the pid is somebody else’s by now', () => {
    expect(found(line(8, 0, 1, 8), { 8: '500' })).toEqual([8]);
    expect(found(line(8, 0, 1, 8), { 8: '499' })).toEqual([]);
  });

  test('are the living: what nobody has waited for yet has ended', () => {
    expect(found(line(7, 1, 0, 7, 'Z') + line(8, 0, 1, 7))).toEqual([]);
  });
});
