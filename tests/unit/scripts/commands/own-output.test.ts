import { describe, expect, test } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { OwnOutput, type EngineWords } from '../../../../scripts/commands/own-output.ts';

const failed = 'OCI runtime exec failed: exec failed: unable to start container process: exec: ';

async function settled(
  chunks: readonly string[],
  exitCode: number | null,
): Promise<{ readonly words: EngineWords | null; readonly stdout: string }> {
  const own = new OwnOutput();
  const stdout = text(own);
  for (const chunk of chunks) own.write(chunk);
  own.end();
  const words = own.settle(exitCode);
  return { words, stdout: await stdout };
}

describe('what the engine says in place of a command is no output of it, and ends as in a shell', () => {
  test.each([
    [
      '"nosuch": executable file not found in $PATH: unknown\r\n',
      127,
      'no "nosuch" is found in the PATH of its image',
    ],
    ['"/nosuch": stat /nosuch: no such file or directory: unknown\r\n', 127, 'its image has no "/nosuch"'],
    ['"/etc": permission denied: unknown\r\n', 126, '"/etc" in its image is no program that can be executed'],
  ])('%s', async (said, exitCode, message) => {
    for (const ended of [126, 127])
      expect(await settled([`${failed}${said}`], ended)).toEqual({
        words: { exitCode, message },
        stdout: '',
      });
  });

  test('of an account that the node does not have, too', async () => {
    const said = 'unable to find user ann: no matching entries in passwd file';
    expect(await settled([`${said}\r\n`], 126)).toEqual({
      words: { exitCode: 126, message: said },
      stdout: '',
    });
  });
});

describe('what a command writes is its own, to the byte', () => {
  test.each([
    ['when it ends otherwise', [`${failed}"x"`], 1],
    ['when it was interrupted', [`${failed}"x"`], null],
    ['when it goes on', [`${failed}"x"`, ' and more'], 126],
    ['when it says something else first', ['first\n', `${failed}"x"`], 126],
    ['when it is nothing', [], 126],
  ])('%s', async (_when, chunks, exitCode) => {
    expect(await settled(chunks, exitCode)).toEqual({ words: null, stdout: chunks.join('') });
  });
});
