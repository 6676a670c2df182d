import { execa } from 'execa';
import { join } from 'node:path';
import { packageRoot } from '../infra/places.ts';
import { add, runJest, runTool, say } from './support/checks.ts';

/**
 * `npm test`: set-up, every check, then the tests on real clusters, one after the other because each of them measures.
 * Ends with one line `N passed, N failed`.
 */
const began = Date.now();
const setup = await execa(join(packageRoot, 'scripts/understudy'), ['setup'], {
  reject: false,
  stdio: 'inherit',
});
if (setup.exitCode !== 0) {
  say('set-up failed: nothing could be tested\n0 passed, 1 failed');
  process.exit(1);
}
say(`set-up took ${minutes()}`);

const total = add([
  await runTool('types', 'tsc', ['-p', '.']),
  await runTool('format', 'prettier', ['--check', '--log-level', 'warn', '.']),
  await runTool('lint', 'eslint', ['.']),
  await runJest(['tests/unit', 'tests/property', 'tests/golden', 'tests/components']),
  await runJest(['tests/e2e'], ['--runInBand', '--testTimeout=600000']),
]);
say(`all took ${minutes()}`);
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

function minutes(): string {
  return `${((Date.now() - began) / 60_000).toFixed(1)} min`;
}
