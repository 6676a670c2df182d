import { execa } from 'execa';
import { join } from 'node:path';
import { packageRoot } from '../infra/places.ts';
import { add, runJest, runTool, say, type Tally } from './support/checks.ts';

/**
 * `npm test`: set-up, every check, then what runs on a real engine: programs of the side-car beside commands, of which
 * neither measures a cluster; rehearsals one after the other, because each of them does. Ends with one line
 * `N passed, N failed`.
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
  ...(await Promise.all([tools(), withoutClusters()])),
  ...(await Promise.all([onEngine('toolbox'), onEngine('commands')])),
  await onEngine('rehearsals'),
]);
say(`all took ${minutes()}`);
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function tools(): Promise<Tally> {
  return add([
    await runTool('types', 'tsc', ['-p', '.']),
    await runTool('format', 'prettier', ['--check', '--log-level', 'warn', '.']),
    await runTool('lint', 'eslint', ['.']),
  ]);
}

/** Beside the tools, since tests wait for a third of their time. */
async function withoutClusters(): Promise<Tally> {
  const folders = ['unit', 'property', 'golden', 'components'].map((folder) => `tests/${folder}`);
  return await runJest(folders, ['--maxWorkers=2']);
}

async function onEngine(folder: 'toolbox' | 'commands' | 'rehearsals'): Promise<Tally> {
  return await runJest([`tests/e2e/${folder}`], ['--runInBand', '--testTimeout=600000']);
}

function minutes(): string {
  return `${((Date.now() - began) / 60_000).toFixed(1)} min`;
}
