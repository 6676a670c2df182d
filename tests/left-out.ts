import { runJest, say } from './support/checks.ts';
import { runNamed } from './support/named-command.ts';
import { namedOptions } from './support/named-options.ts';

/**
 * `npm run left-out`: every kind of fault with its inject left out, and every kind with its heal left out, on real clusters:
 * the run is invalid, and each is named. `npm test` has the one or the other of each kind.
 */
await runNamed(main);

async function main(): Promise<number> {
  namedOptions({});
  const { passed, failed } = await runJest(['tests/left-out'], ['--runInBand', '--testTimeout=900000']);
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
