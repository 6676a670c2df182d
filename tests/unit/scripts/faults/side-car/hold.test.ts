import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { packageRoot } from '../../../../../infra/places.ts';
import { Hold } from '../../../../../scripts/faults/side-car/hold.ts';
import { FakeSideCar } from '../../../../support/fake-kernel.ts';
import { fakeNode, thisMachine } from '../../../../support/fake-node.ts';

/** The real holder, on this machine in the place of a side-car. */
const sideCar = fakeNode({
  name: 'node-1 side-car',
  start: (argv) => thisMachine.start(['bash', join(packageRoot, 'images/toolbox/hold.sh'), ...argv.slice(1)]),
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-hold-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a heal rejects with the undo that failed, by name, and has run the others', async () => {
  const hold = await Hold.open(sideCar);
  const made = join(folder, 'made');
  hold.undo('a', ['rm', made]);
  await hold.do(['touch', made]);
  hold.undo('a', ['rmdir', join(folder, 'nowhere')]);
  await expect(hold.heal('a')).rejects.toThrow(
    /node-1 side-car: "heal a" was answered "err 1 rmdir .*nowhere ended with 1: /,
  );
  expect(existsSync(made)).toBe(false);
  await hold.close();
});

test('an undo that hangs keeps no other from being run', async () => {
  const impatient = fakeNode({
    name: 'node-1 side-car',
    start: async (argv) => sideCar.start([...argv, '0.2']),
  });
  const hold = await Hold.open(impatient);
  const made = join(folder, 'made');
  hold.undo('a', ['rm', made]);
  await hold.do(['touch', made]);
  hold.undo('a', ['sleep', '600']);
  await expect(hold.heal('a')).rejects.toThrow(/"err 124 sleep 600 ended with 124/);
  expect(existsSync(made)).toBe(false);
  await hold.close();
});

test('what fails to start says why, and is nothing that a heal could fail on', async () => {
  const hold = await Hold.open(sideCar);
  await expect(hold.start('a', ['echo', 'err', '16', 'busy'])).rejects.toThrow(/err 16 busy/);
  await hold.heal('a');
  await hold.close();
});

test('what a program reads first is no argument of it, nor of the holder', async () => {
  const program = join(folder, 'program');
  const script =
    'read -r line; echo "ok $line of" $(cat /proc/$$/cmdline /proc/$PPID/cmdline | tr "\\0" " ")';
  writeFileSync(program, script);
  const hold = await Hold.open(sideCar);
  expect(await hold.start('a', ['sh', program], ['b25l', 'dHdv'])).toMatch(
    new RegExp(`^b25l dHdv of sh ${program} bash \\S+/hold\\.sh 10$`),
  );
  await hold.heal('a');
  await hold.close();
});

describe('what is asked for at one moment', () => {
  const tables = ['inet a', 'inet b', 'inet c'] as const;
  const words = (line: string): readonly string[] => line.split(' ');

  async function added(one: FakeSideCar): Promise<{ hold: Hold; ends: PromiseSettledResult<void>[] }> {
    const hold = await Hold.open(one.access);
    for (const table of tables) hold.undo(table.slice(5), words(`nft delete table ${table}`));
    const ends = await Promise.allSettled(
      tables.map(async (table) => hold.do(words(`nft add table ${table}`))),
    );
    return { hold, ends };
  }

  test('is done and undone by one command', async () => {
    const one = new FakeSideCar();
    const { hold } = await added(one);
    expect([...one.kernel.tables.keys()]).toEqual(tables);
    await Promise.all(tables.map(async (table) => hold.heal(table.slice(5))));
    expect(one.kernel.isEmpty).toBe(true);
    expect(one.done).toEqual([
      'nft add table inet a ; add table inet b ; add table inet c',
      'nft delete table inet a ; delete table inet b ; delete table inet c',
    ]);
    await hold.close();
    expect(one.failedUndos).toEqual([]);
  });

  test('goes out in one breath with what undoes it before it, and everybody has the answer that is theirs', async () => {
    const one = new FakeSideCar();
    const written: string[] = [];
    const watched = fakeNode({
      async start(argv) {
        const process = await one.access.start(argv);
        const stdin = new PassThrough();
        stdin.on('data', (chunk: Buffer) => written.push(chunk.toString()));
        stdin.pipe(process.stdin);
        return { ...process, stdin };
      },
    });
    const hold = await Hold.open(watched);
    await Promise.all(
      tables.map(async (table) => {
        hold.undo(table.slice(5), words(`nft delete table ${table}`));
        await hold.do(words(`nft add table ${table}`));
      }),
    );
    expect(written).toEqual([
      [
        'undo a nft delete table inet a',
        'undo b nft delete table inet b',
        'undo c nft delete table inet c',
        'do nft add table inet a ; add table inet b ; add table inet c',
        '',
      ].join('\n'),
    ]);
    const told = await Promise.allSettled([hold.tell('nobody', ['set']), hold.heal('a')]);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    await hold.close();
    expect([...one.kernel.tables.keys()]).toEqual([]);
  });

  test('fails for the one that is to blame, and for nobody else', async () => {
    const one = new FakeSideCar();
    one.kernel.refused.add('nft add table inet b');
    const { hold, ends } = await added(one);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const healed = await Promise.allSettled(tables.map(async (table) => hold.heal(table.slice(5))));
    expect(healed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(one.kernel.isEmpty).toBe(true);
    await hold.close();
  });
});
