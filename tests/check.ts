import { add, runJest, runTool, say } from './support/checks.ts';

/**
 * `npm run check`: format, types, lint, unit, property, golden, component and architecture tests. All run, whatever
 * fails first, so that one round shows everything.
 */
const [tools, tests] = await Promise.all([
  runTool('types', 'tsc', ['-p', '.']).then(async (types) =>
    add([
      types,
      await runTool('format', 'prettier', ['--check', '--log-level', 'warn', '.']),
      await runTool('lint', 'eslint', ['.']),
    ]),
  ),
  runJest(['tests/unit', 'tests/property', 'tests/golden', 'tests/components'], ['--maxWorkers=1']),
]);
const total = add([tools, tests]);
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
