import { execaSync } from 'execa';
import { expect, test } from '@jest/globals';
import { replay } from '../../../../scripts/report/replay.ts';

const run = { cluster: 'farm', profiles: ['low-disk'], seed: 7, variables: { application: 'naive' } };

test('says again what was typed, suites and variables too, with the seed written out', () => {
  const command = [
    'run',
    'farm',
    '--profile',
    'low-disk',
    '--suite',
    'smoke',
    '--set',
    'application=naive',
    '--json',
  ];
  expect(replay({ ...run, command }).join(' ')).toBe(
    'run farm --profile low-disk --suite smoke --set application=naive --seed 7',
  );
});

test('keeps a seed that was typed', () => {
  expect(replay({ ...run, command: ['run', 'farm', '--seed=7'] })).toEqual(['run', 'farm', '--seed=7']);
});

test('the page of a control names no profile', () => {
  const command = ['run', 'farm', '--profile', 'low-disk', '--profile=slow', '--keep', 'never'];
  expect(replay({ ...run, profiles: [], command }).join(' ')).toBe('run farm --keep never --seed 7');
});

test('where the command is not known, it is made from the plan', () => {
  expect(replay({ ...run, command: [] }).join(' ')).toBe(
    'run farm --profile low-disk --seed 7 --set application=naive',
  );
});

test('a shell reads back every word', () => {
  const command = ['run', "./it's here/cluster.yaml", '--set', 'text=a "b" $HOME `c` \\d\n!', '--seed', '7'];
  const { stdout } = execaSync('sh', ['-c', `printf '%s\\0' ${replay({ ...run, command }).join(' ')}`]);
  expect(stdout.split('\0').slice(0, -1)).toEqual(command);
});
