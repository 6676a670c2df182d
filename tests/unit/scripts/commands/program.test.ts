import { describe, expect, test } from '@jest/globals';
import { program, userError } from '../../../../scripts/commands/program.ts';
import { errorDocument } from '../../../../scripts/output.ts';

/** What the command line answers to words that it does not understand; no verb's implementation is loaded for it. */
async function answerTo(...argv: readonly string[]): Promise<ReturnType<typeof errorDocument>['error']> {
  try {
    await program().parseAsync([...argv], { from: 'user' });
  } catch (error) {
    return errorDocument(userError(error, argv)).error;
  }
  throw new Error('it was understood');
}

describe('a wrong command line ends with 64, says what is wrong and where to read on', () => {
  test.each([
    [
      ['run', 'thumbnails', '--seed', 'x'],
      /--seed.*"x" is not a whole number from 0/,
      'understudy run --help',
    ],
    ...[
      '-1',
      '1.5',
      ' ',
      '',
      '0x10',
      '0b1',
      '1e3',
      ' 7',
      '7\n',
      '+7',
      '1_000',
      '9007199254740992',
      'Infinity',
    ].map(
      (value) =>
        [
          ['run', 'thumbnails', '--seed', value],
          `${JSON.stringify(value)} is not a whole number from 0 to 9007199254740991, written in digits alone`,
          'understudy run --help',
        ] as const,
    ),
    [['up', '--seed', '0x10'], '"0x10" is not a whole number', 'understudy up --help'],
    ...['0', '65536', '0x50', '8e1', ' 80', '-80', '80.0', 'http', ''].flatMap((value) => {
      const message = `${JSON.stringify(value)} is not a port: a whole number from 1 to 65535`;
      return [
        [['forward', 'node-1', '--', value], message, 'understudy forward --help'] as const,
        [['forward', 'node-1', '80', `--host-port=${value}`], message, 'understudy forward --help'] as const,
      ];
    }),
    [['run', 'thumbnails', '--set'], /--set <name=value>.*missing/, 'understudy run --help'],
    [
      ['run', 'thumbnails', '--set', 'application'],
      /"application" is not name=value/,
      'understudy run --help',
    ],
    [['run', 'thumbnails', '--set', '=naive'], /"=naive" is not name=value/, 'understudy run --help'],
    [
      ['run', 'thumbnails', '--control', 'often'],
      /choices are always, cached, never/,
      'understudy run --help',
    ],
    [['run', 'thumbnails', '--backend', 'gcp'], /choices are docker, aws/, 'understudy run --help'],
    [['run'], /missing required argument 'cluster'/, 'understudy run --help'],
    [['run', 'a', 'b'], /too many arguments/, 'understudy run --help'],
    [
      ['run', 'a', '--profle', 'x'],
      /^unknown option '--profle'$/,
      'did you mean --profile? understudy run --help',
    ],
    [['runn'], /^unknown command 'runn'$/, 'did you mean run? understudy --help'],
    [
      ['run', 'thumbnails', '--set', 'a=1', '--set', 'b=1', '--set', 'a=2'],
      /"a" is set twice, and a variable has one value/,
      'understudy run --help',
    ],
    [['up', '--set', 'a=1', '--set', 'a=1'], /"a" is set twice/, 'understudy up --help'],
  ])('%j', async (argv, message, hint) => {
    const error = await answerTo(...argv);
    expect(error).toMatchObject({ exit: 64, code: 'usage', hint, problems: [] });
    expect(error.message).toMatch(message);
  });

  test('a verb of a later version says so instead of being unknown', async () => {
    expect(await answerTo('shrink', 'capsule.tgz', '--budget', '5')).toMatchObject({
      exit: 64,
      code: 'not-yet',
      message: '"shrink" is not built yet',
    });
  });

  test('help and version are no errors', async () => {
    const written: string[] = [];
    const version = program().configureOutput({ writeOut: (text) => written.push(text) });
    const ended: unknown = await version
      .parseAsync(['--version'], { from: 'user' })
      .catch((error: unknown) => error);
    expect(userError(ended, ['--version'])).toBeNull();
    expect(written.join('')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
