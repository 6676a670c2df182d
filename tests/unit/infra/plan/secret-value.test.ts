import { describe, expect, test } from '@jest/globals';
import { showsSecret } from '../../../../infra/plan/secret-value.ts';

/** Made up, each in the form of its maker; put together here, so that no scanner takes this file for a leak. */
const x = (count: number, of = 'aB3'): string => of.repeat(count).slice(0, count);
const secrets: readonly (readonly [kind: string, text: string])[] = [
  ['a private key', ['-----BEGIN', 'OPENSSH PRIVATE KEY-----'].join(' ')],
  ['a password in an address', 'postgres://farm:hunter2@db/jobs'],
  ['a password without a user in an address', 'redis://:hunter2@broker:6379/0'],
  ['a bearer token', `Authorization: Bearer ${x(20)}`],
  ['basic authentication', `basic ${Buffer.from('farm:hunter2').toString('base64')}`],
  ['a connection string', 'Server=db;User Id=farm;Password=hunter2;'],
  ['an option', '--db-password=hunter2'],
  ['a query string', 'https://rates/v1?api_key=hunter2'],
  ['an access key of AWS', `AKIA${x(16, 'ABC234')}`],
  ['a token of GitHub', `ghp_${x(36)}`],
  ['a fine-grained token of GitHub', `github_pat_${x(40)}`],
  ['a token of GitLab', `glpat-${x(20)}`],
  ['a token of Slack', `xoxb-${x(24, '0123456789')}`],
  ['a key of Stripe', `sk_live_${x(24)}`],
  ['a key of Google', `AIza${x(35)}`],
  ['a key of SendGrid', `SG.${x(22)}.${x(43)}`],
  ['a token of npm', `npm_${x(36)}`],
  ['a token of PyPI', `pypi-${x(40)}`],
  ['a token of Vault', `hvs.${x(24)}`],
  ['a JSON web token', `eyJ${x(20)}.eyJ${x(20)}.${x(20)}`],
  ['a hash of crypt(3)', `$6$${x(8)}$${x(40)}`],
];

describe('shows a secret, as it is, in a sentence, URL-escaped and in base64', () => {
  test.each(secrets)('%s', (_kind, text) => {
    for (const form of [
      text,
      `see "${text}", please`,
      encodeURIComponent(text),
      Buffer.from(text).toString('base64'),
      Buffer.from(`x=${text}`).toString('base64url'),
    ])
      expect([form, showsSecret(form)]).toEqual([form, true]);
  });
});

test.each([
  ['/usr/local/sbin:/usr/local/bin:/usr/sbin'],
  ['https://rates.example/v1?page=2'],
  ['postgres://db/jobs'],
  ['redis://broker:6379/0'],
  ['ssh://farm@host:22'],
  ['basic authentication'],
  ['token ring'],
  ['passwordless'],
  ['PASSWORD_FILE'],
  ['3.11.2-6+deb12u6'],
  ['sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ['rw,relatime,errors=remount-ro'],
  ['Europe/Berlin'],
  ['compass=north'],
])('shows none: %s', (text) => {
  expect(showsSecret(text)).toBe(false);
});

test('a long text is read in time', () => {
  const began = performance.now();
  for (const part of ['a', 'a-', 'a,', 'https://', 'password ', '%41', 'QUFB'])
    showsSecret(part.repeat(131_072 / part.length));
  expect(performance.now() - began).toBeLessThan(2000);
});
