import { join } from 'node:path';
import { packageRoot } from '../infra/places.ts';
import { add, runJest, runTool, say } from './support/checks.ts';
import { lintScope, testScope } from './support/clean-scope.ts';

/**
 * `npm run check`: format, types, lint, unit, property, golden, component and architecture tests. All run, whatever
 * fails first, so that one round shows everything. Beside the tools two tests at a time, since tests wait for a third of
 * theirs; what tsc, prettier and the lint keep of the last round goes by content, so that it says the same
 * as without.
 */
const kept = (name: string): string => join(packageRoot, '.cache/check', name);

const tests = ['unit', 'property', 'golden', 'components'].map((folder) => `tests/${folder}`);
const total = add(await Promise.all([tools(), testing()]));
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function tools(): ReturnType<typeof runTool> {
  const formatKept = ['--cache', '--cache-strategy', 'content', '--cache-location', kept('prettier')];
  return add([
    await runTool('types', 'tsc', ['-p', '.', '--incremental', '--tsBuildInfoFile', kept('tsbuildinfo')]),
    await runTool('format', 'prettier', ['--check', '--log-level', 'warn', ...formatKept, '.']),
    await lint(),
  ]);
}

async function testing(): ReturnType<typeof runJest> {
  const { paths, left, keepClean } = await testScope(tests);
  if (left > 0) say(`ok     ${left} files of tests: with all that they rest on, as when they last passed`);
  const tally = await runJest(paths, ['--runTestsByPath', '--maxWorkers=3']);
  if (tally.failed === 0) keepClean();
  return tally;
}

/** Without a path ESLint lints all there is. */
async function lint(): ReturnType<typeof runTool> {
  const { paths, keepClean } = await lintScope();
  if (paths.length === 0) {
    say('ok     lint: all that was clean is as it was');
    return { passed: 1, failed: 0, skipped: 0 };
  }
  const tally = await runTool(`lint, ${paths.length} files`, 'eslint', [...paths]);
  if (tally.failed === 0) keepClean();
  return tally;
}
