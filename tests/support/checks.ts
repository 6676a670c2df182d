import { execa } from 'execa';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Only what is read here; jest writes much more. */
const JestResults = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numRuntimeErrorTestSuites: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      startTime: z.number(),
      endTime: z.number(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** One command as one check: its output is shown only where it fails. */
export async function runTool(name: string, command: string, argv: readonly string[]): Promise<Tally> {
  const began = performance.now();
  const { exitCode, all } = await execa(command, argv, { ...inCheckout, all: true, reject: false });
  const ok = exitCode === 0;
  say(`${ok ? 'ok    ' : 'FAILED'} ${seconds(performance.now() - began)} ${name}`);
  if (!ok) say(all);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** Runs jest on `paths` and says for each file how long it took; failures come with jest's own account of them. */
export async function runJest(paths: readonly string[], options: readonly string[] = []): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-jest-'));
  try {
    const outputFile = join(folder, 'results.json');
    const { all } = await execa('jest', [...paths, '--json', `--outputFile=${outputFile}`, ...options], {
      ...inCheckout,
      all: true,
      reject: false,
    });
    return await readTally(outputFile, all);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function add(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + of(tally), 0);
  return { passed: sum((t) => t.passed), failed: sum((t) => t.failed), skipped: sum((t) => t.skipped) };
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const inCheckout = {
  cwd: packageRoot,
  preferLocal: true,
  env: { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning', NO_COLOR: '1' },
} as const;

async function readTally(outputFile: string, output: string): Promise<Tally> {
  const text = await readFile(outputFile, 'utf8').catch(() => '');
  if (text === '') {
    say(`FAILED jest wrote no results\n${output}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const results = JestResults.parse(JSON.parse(text));
  for (const file of results.testResults) {
    const ok = file.status !== 'failed';
    say(
      `${ok ? 'ok    ' : 'FAILED'} ${seconds(file.endTime - file.startTime)} ${file.name.slice(packageRoot.length + 1)}`,
    );
    // A test that does not run says why in its own name.
    for (const { fullName } of file.assertionResults.filter(({ status }) => status === 'pending')) {
      say(`       skipped: ${fullName}`);
    }
  }
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  if (failed > 0) say(output);
  return { passed: results.numPassedTests, failed, skipped: results.numPendingTests };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`;
}
