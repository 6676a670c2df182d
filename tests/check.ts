import { execa } from 'execa';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

/**
 * `npm run check`: format, lint, types, unit, property, golden and architecture tests. All run, whatever fails first,
 * so that one round shows everything.
 */
const checks: readonly (readonly [name: string, ...argv: string[]])[] = [
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['types', 'tsc', '-p', '.'],
  ['lint', 'eslint', '.'],
  ['tests', 'jest', 'tests/unit', 'tests/property', 'tests/golden', 'tests/components', '--silent'],
];

const waiting = [...checks];
const failed: string[] = [];
await Promise.all(Array.from({ length: availableParallelism() }, () => next()));
process.stdout.write(failed.length === 0 ? 'check: all hold\n' : `check: ${failed.join(', ')} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function next(): Promise<void> {
  const check = waiting.shift();
  if (check === undefined) return;
  const [name, command = '', ...argv] = check;
  const began = performance.now();
  const { exitCode, all } = await execa(command, argv, {
    preferLocal: true,
    all: true,
    reject: false,
    env: { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' },
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${exitCode === 0 ? 'ok    ' : 'FAILED'} ${name} ${seconds} s\n`);
  if (exitCode !== 0) {
    failed.push(name);
    process.stdout.write(`${all}\n`);
  }
  await next();
}
