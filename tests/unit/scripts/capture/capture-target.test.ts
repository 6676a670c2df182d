import { expect, test } from '@jest/globals';
import { parseCaptureTarget, targetText } from '../../../../scripts/capture/capture-target.ts';
import { refusalOf } from '../../../support/refusal.ts';

test.each([
  ['local', { how: 'local' }],
  ['docker://web-1', { how: 'docker', container: 'web-1' }],
  ['ssh://db', { how: 'ssh', host: 'db' }],
  ['ssh://farm@db.example:2222', { how: 'ssh', user: 'farm', host: 'db.example', port: 2222 }],
  ['ssh://farm@[2001:db8::7]:22', { how: 'ssh', user: 'farm', host: '2001:db8::7', port: 22 }],
])('%s', (text, target) => {
  expect(parseCaptureTarget(text)).toEqual(target);
  expect(targetText(parseCaptureTarget(text))).toBe(text);
});

test.each([
  ['db', /did you mean ssh:\/\/db or docker:\/\/db\?/],
  ['', /one of ssh/],
  ['ssh://', /one of ssh/],
  ['ssh://-oProxyCommand=x', /one of ssh/],
  ['ssh://-l@db', /one of ssh/],
  ['ssh://db:0', /one of ssh/],
  ['ssh://db:70000', /one of ssh/],
  ['ssh://db; reboot', /one of ssh/],
  ['docker://a/b', /one of ssh/],
  ['http://db', /one of ssh/],
])('"%s" is refused', (text, hint) => {
  const { error } = refusalOf(() => parseCaptureTarget(text)).document;
  expect(error).toMatchObject({ exit: 64, code: 'unknown-target' });
  expect(error.hint).toMatch(hint);
});

test('an instance over SSM is not built yet', () => {
  const { error } = refusalOf(() => parseCaptureTarget('ssm://i-0123')).document;
  expect(error).toMatchObject({ exit: 64, code: 'not-yet' });
});
