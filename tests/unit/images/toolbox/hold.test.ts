import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../../../infra/places.ts';

/** The lease on a node's faults, with harmless commands in the place of faults. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-hold-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('what is done is undone, last first, when the input ends', async () => {
  const { ask, hold } = holding();
  await ask(`undo first rm ${at('first')}`);
  expect(await ask(`do touch ${at('first')}`)).toBe('ok');
  // It can only be copied while the first is still there, and into a folder that goes after it.
  await ask(`do mkdir ${at('second')}`);
  await ask(`undo second mv ${at('second')} ${at('gone')}`);
  await ask(`undo second cp ${at('first')} ${at('second')}`);
  hold.stdin.end();
  await hold;
  expect([existsSync(at('first')), existsSync(at('gone/first'))]).toEqual([false, true]);
});

test('heal undoes one fault and leaves the others', async () => {
  const { ask, hold } = holding();
  for (const id of ['a', 'b']) {
    await ask(`undo ${id} rm ${at(id)}`);
    await ask(`do touch ${at(id)}`);
  }
  expect(await ask('heal a')).toBe('ok');
  expect([existsSync(at('a')), existsSync(at('b'))]).toEqual([false, true]);
  hold.stdin.end();
  await hold;
  expect(existsSync(at('b'))).toBe(false);
});

test('a command that fails is answered with its code and its words, and what stands is still undone', async () => {
  const { ask, hold } = holding();
  await ask(`undo a rm ${at('a')}`);
  await ask(`do touch ${at('a')}`);
  expect(await ask(`do ls ${at('nothing')}`)).toMatch(/^err 2 .*nothing/);
  expect(await ask('dance')).toBe('err 64 unknown command dance');
  hold.stdin.end();
  await hold;
  expect(existsSync(at('a'))).toBe(false);
});

test('a heal says which of its undos failed, runs all others, and what failed is tried once more at the end', async () => {
  const { ask, hold } = holding();
  for (const name of ['first', 'last']) {
    await ask(`undo a rm ${at(name)}`);
    await ask(`do touch ${at(name)}`);
    if (name === 'first') await ask(`undo a rmdir ${at('full')}`);
  }
  await ask(`do mkdir -p ${at('full/of')}`);
  expect(await ask('heal a')).toMatch(/^err 1 rmdir .*full ended with 1: .*not empty/);
  expect([existsSync(at('first')), existsSync(at('last')), existsSync(at('full'))]).toEqual([
    false,
    false,
    true,
  ]);
  rmSync(at('full/of'), { recursive: true });
  hold.stdin.end();
  await hold;
  expect(existsSync(at('full'))).toBe(false);
});

test('a program that ends badly is a heal that failed, with the last that it said; its undos are run all the same', async () => {
  const { ask, hold } = holding();
  writeFileSync(at('program'), `#!/bin/bash\necho ok\nread -r _\necho the mount is gone\nexit 3\n`, {
    mode: 0o755,
  });
  await ask(`undo fill rm ${at('made')}`);
  await ask(`do touch ${at('made')}`);
  expect(await ask(`start fill ${at('program')}`)).toBe('ok');
  expect(await ask('heal fill')).toBe('err 3 what fill started ended with 3: the mount is gone');
  expect(existsSync(at('made'))).toBe(false);
  expect(await ask('heal fill')).toBe('ok');
  hold.stdin.end();
  await hold;
});

test('a program that could not begin says why and leaves nothing to heal, however fast it ends', async () => {
  const { ask, hold } = holding();
  writeFileSync(at('program'), `#!/bin/bash\necho err 16 busy\nexit 16\n`, { mode: 0o755 });
  for (let round = 0; round < 20; round += 1) {
    expect(await ask(`start a ${at('program')}`)).toBe('err 16 busy');
    expect(await ask('tell a go')).toBe('err 1 a does not run');
    expect(await ask('heal a')).toBe('ok');
  }
  hold.stdin.end();
  await hold;
});

test('an undo that does not end is a heal that failed in time, and the others are run', async () => {
  const { ask, hold } = holding(10, 1);
  await ask(`undo a rm ${at('made')}`);
  await ask(`do touch ${at('made')}`);
  await ask('undo a sleep 60');
  expect(await ask('heal a')).toBe('err 124 sleep 60 ended with 124');
  expect(existsSync(at('made'))).toBe(false);
  hold.kill('SIGKILL');
  await hold.catch(() => undefined);
});

test('a command has no input: it cannot take what we are told next', async () => {
  const { ask, hold } = holding();
  expect(await ask('do cat')).toBe('ok');
  hold.stdin.end();
  await hold;
});

test('a program that has not ended in time is a heal that failed, and the next one waits for it again', async () => {
  const { ask, hold } = holding(10, 1);
  writeFileSync(
    at('program'),
    `#!/bin/bash\necho ok\nread -r _\necho busy\nuntil [ -e ${at('free')} ]; do read -r -t 0.05 <> <(:); done\ntouch ${at('undone')}\n`,
    { mode: 0o755 },
  );
  expect(await ask(`start a ${at('program')}`)).toBe('ok');
  expect(await ask('heal a')).toBe('err 124 what a started ended with 124: busy');
  expect(existsSync(at('undone'))).toBe(false);
  writeFileSync(at('free'), '');
  expect(await ask('heal a')).toBe('ok');
  expect(existsSync(at('undone'))).toBe(true);
  hold.stdin.end();
  await hold;
});

test('words are words: nothing in them is evaluated', async () => {
  const { ask, hold } = holding();
  expect(await ask(`do touch ${at('$(id);x')} ${at('*')}`)).toBe('ok');
  expect([existsSync(at('$(id);x')), existsSync(at('*'))]).toEqual([true, true]);
  hold.stdin.end();
  await hold;
});

test('a program that is started says when it is ready, hears what it is told, and ends with its fault', async () => {
  const { ask, hold } = holding();
  const program = at('program');
  writeFileSync(
    program,
    `#!/bin/bash\necho ok ready\nwhile read -r line; do echo "$line" >> ${at('heard')}; done\ntouch ${at('ended')}\n`,
    { mode: 0o755 },
  );
  expect(await ask('tell shaper set 1')).toBe('err 1 shaper does not run');
  expect(await ask(`start shaper ${program}`)).toBe('ok ready');
  expect(await ask('tell shaper set 1')).toBe('ok');
  expect(await ask('heal shaper')).toBe('ok');
  // Heal waits for the program: it has read all of what it was told.
  expect(existsSync(at('ended'))).toBe(true);
  expect(readFileSync(at('heard'), 'utf8')).toBe('set 1\n');
  expect(await ask('tell shaper set 2')).toBe('err 1 shaper does not run');
  hold.stdin.end();
  await hold;
});

test('everything is undone when nobody renews the lease, although the input stays open', async () => {
  const { ask, hold } = holding(1);
  await ask(`undo a rm ${at('a')}`);
  await ask(`do touch ${at('a')}`);
  expect(existsSync(at('a'))).toBe(true);
  await hold;
  expect(existsSync(at('a'))).toBe(false);
});

function at(name: string): string {
  return join(folder, name);
}

function holding(leaseSeconds = 10, patienceSeconds = 5) {
  const script = join(packageRoot, 'images/toolbox/hold.sh');
  const hold = execa('bash', [script, String(leaseSeconds), String(patienceSeconds)], { stdin: 'pipe' });
  const answers = createInterface({ input: hold.stdout });
  const lines = answers[Symbol.asyncIterator]();
  return {
    hold,
    ask: async (line: string): Promise<string> => {
      hold.stdin.write(`${line}\n`);
      const { value } = await lines.next();
      return String(value);
    },
  };
}

test('what an id is made of is never run: a path of a spec is part of it', async () => {
  const { ask, hold } = holding();
  writeFileSync(at('program'), `#!/bin/bash\necho ok\nread -r _\nexit 0\n`, { mode: 0o755 });
  for (const id of [`p:/data/$(touch\${IFS}${at('run')})`, 'p:/data/a]b', 'p:foo\\x2dbar', 'p:/data/`x`']) {
    await ask(`undo ${id} rm ${at('made')}`);
    await ask(`do touch ${at('made')}`);
    expect(await ask(`start ${id} ${at('program')}`)).toBe('ok');
    expect(await ask(`heal ${id}`)).toBe('ok');
    expect([existsSync(at('made')), existsSync(at('run'))]).toEqual([false, false]);
    expect(await ask(`tell ${id} go`)).toMatch(/^err 1 .* does not run$/);
  }
  hold.stdin.end();
  await hold;
});
