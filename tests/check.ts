import { join } from 'node:path';
import { packageRoot } from '../infra/places.ts';
import { add, runJest, runTool, say } from './support/checks.ts';

/**
 * `npm run check`: format, types, lint, unit, property, golden, component and architecture tests. All run, whatever
 * fails first, so that one round shows everything. Two rows beside each other, about as long as each other; what tsc and
 * prettier keep of the last round goes by content, so that it says the same as without.
 */
const kept = (name: string): string => join(packageRoot, '.cache/check', name);

const total = add(await Promise.all([tools(), runJest(['tests/unit'], ['--maxWorkers=1'])]));
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function tools(): ReturnType<typeof runTool> {
  const formatKept = ['--cache', '--cache-strategy', 'content', '--cache-location', kept('prettier')];
  return add([
    await runTool('types', 'tsc', ['-p', '.', '--incremental', '--tsBuildInfoFile', kept('tsbuildinfo')]),
    await runTool('format', 'prettier', ['--check', '--log-level', 'warn', ...formatKept, '.']),
    await runTool('lint', 'eslint', ['.']),
    await runJest(['tests/property', 'tests/golden', 'tests/components'], ['--maxWorkers=1']),
  ]);
}
