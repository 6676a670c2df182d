import { runJest, say } from './support/checks.ts';
import { kindsToTry, kindsVariable } from './support/every-kind.ts';
import { runNamed } from './support/named-command.ts';
import { namedOptions } from './support/named-options.ts';

/**
 * `npm run left-out [-- --kinds disk.slow,disk.hang]`: every kind of fault with its inject left out, and every kind with its
 * heal left out, on real clusters: the run is invalid, and each is named. `npm test` has each as it is.
 * With --kinds those are also tried as they are: for whoever works on them.
 */
await runNamed(main);

async function main(): Promise<number> {
  const { kinds } = namedOptions({ kinds: { type: 'string' } });
  if (kinds !== undefined) process.env[kindsVariable] = kindsToTry(kinds).join(',');
  const files = ['tests/left-out', ...(kinds === undefined ? [] : ['tests/e2e/rehearsals/every-kind'])];
  const { passed, failed } = await runJest(files, ['--runInBand', '--testTimeout=900000']);
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
