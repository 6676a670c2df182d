import { execa } from 'execa';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';
import { Verdict } from '../../scripts/verdict/verdict.ts';

export const launcher = join(packageRoot, 'scripts/understudy');
export const idleCluster = join(packageRoot, 'tests/support/clusters/idle/cluster.yaml');
export const slowLink = join(packageRoot, 'tests/support/clusters/idle/profiles/one-link-slow.yaml');

interface Circumstances {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a user runs it, in a process group of its own, so that a test can signal all of it as a terminal would. */
export function start(argv: readonly string[], circumstances: Circumstances = {}) {
  return execa(launcher, argv, { reject: false, detached: true, stdin: 'ignore', ...circumstances });
}

export async function understudy(argv: readonly string[], circumstances: Circumstances = {}): Promise<Ended> {
  const { exitCode, stdout, stderr } = await start(argv, circumstances);
  return { exitCode, stdout, stderr };
}

/** Runs `run … --json` and reads the one object on its stdout. */
export async function rehearsal(
  argv: readonly string[],
  circumstances: Circumstances = {},
): Promise<Ended & { readonly verdict: Verdict }> {
  const ended = await understudy(['run', ...argv, '--json'], circumstances);
  return { ...ended, verdict: Verdict.parse(oneObject(ended)) };
}

const ErrorDocument = z.strictObject({
  schema: z.literal(1),
  error: z.strictObject({
    code: z.string(),
    exit: z.int(),
    message: z.string(),
    hint: z.string(),
    problems: z.array(
      z.strictObject({
        code: z.string(),
        message: z.string(),
        file: z.string(),
        line: z.int(),
        column: z.int(),
        hint: z.string(),
      }),
    ),
    runId: z.string().optional(),
    runFolder: z.string().optional(),
  }),
});

export function errorOf(ended: Ended): z.infer<typeof ErrorDocument>['error'] {
  return ErrorDocument.parse(oneObject(ended)).error;
}

/** stdout under `--json` is exactly one object on one line; anything else is a failure that shows both streams. */
function oneObject({ stdout, stderr, exitCode }: Ended): unknown {
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (lines.length !== 1)
    throw new Error(`exit ${exitCode}, stdout is not one line:\n${stdout}\nstderr:\n${stderr}`);
  return JSON.parse(lines[0] ?? '');
}
