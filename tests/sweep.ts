import { runJest, say } from './support/checks.ts';

/** `npm run sweep`: every phase of a rehearsal, interrupted and killed. Longer than `npm test` may take. */
const { passed, failed } = await runJest(['tests/sweep'], ['--runInBand', '--testTimeout=120000']);
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
