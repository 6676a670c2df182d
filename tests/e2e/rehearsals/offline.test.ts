import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { Verdict } from '../../../scripts/verdict/verdict.ts';
import { idleCluster, launcher, slowLink } from '../../support/understudy.ts';

test('after set-up a rehearsal needs no network: it passes where there is only loopback and the Docker socket', async () => {
  // A network namespace of its own: no interface but lo. The engine is reached through its Unix socket.
  const inside = ['ip', 'link', 'set', 'lo', 'up', '&&', 'exec', '"$@"'].join(' ');
  const { exitCode, stdout, stderr } = await execa(
    'unshare',
    ['--net', 'sh', '-c', inside, 'sh', launcher, 'run', idleCluster, '--profile', slowLink, '--json'],
    { reject: false },
  );
  expect(stderr).not.toMatch(/ENOTFOUND|EAI_AGAIN|ENETUNREACH/);
  expect(exitCode).toBe(0);
  expect(Verdict.parse(JSON.parse(stdout)).verdict).toBe('pass');
});
