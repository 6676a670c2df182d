// Writes what a runner would, says its secret in every form, waits, and throws.
import { writeFileSync } from 'node:fs';

const [, , secret, pauseMs] = process.argv;
const escaped = secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
writeFileSync(
  'junit.xml',
  `<testsuites><testsuite name="x"><testcase classname="c" name="opens"><failure message="${escaped}">${escaped}</failure></testcase></testsuite></testsuites>`,
);
console.log('plain', secret, 'url', encodeURIComponent(secret), 'json', JSON.stringify({ secret }));
console.log(
  'base64',
  Buffer.from(secret).toString('base64'),
  Buffer.from(`:${secret}`).toString('base64url'),
);
// In pieces, so that it is no chunk that holds it whole.
for (const letter of secret) process.stderr.write(letter);
process.stderr.write('\n');
setTimeout(() => {
  throw new TypeError(`no door for ${secret}`);
}, Number(pauseMs));
