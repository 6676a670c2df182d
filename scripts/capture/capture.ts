import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine } from '../../infra/components/docker/engine.ts';
import { assertNever, messageOf } from '../../infra/errors.ts';
import { packageRoot } from '../../infra/places.ts';
import type { Facts } from '../../infra/spec/facts.ts';
import { DockerNode } from '../nodes/docker.ts';
import type { ExecOutcome } from '../nodes/node.ts';
import { factsOf } from '../parity/probe-output.ts';
import { targetText, type CaptureTarget } from './capture-target.ts';

/** What one machine said, or why it said nothing. */
export type Captured = { readonly target: CaptureTarget; readonly tookMs: number } & (
  { readonly facts: Facts } | { readonly facts: null; readonly why: string }
);

export interface Capturing {
  /** A file as ssh_config(5), instead of the user's own. */
  readonly sshConfig?: string;
  /** Told of each machine as soon as it is known. */
  readonly onCaptured?: (one: Captured) => void;
}

const deadlineMs = 60_000;
/** ssh itself, until the machine answers. */
const connectSeconds = 10;
/** Each is a process of ssh here; what is asked beyond that waits. */
const atOnce = 20;
const mostBytes = 64 * 1024 * 1024;

/** Runs the probe on machines, several at once, and changes nothing on any. In the order in which they were asked. */
export async function capture(
  targets: readonly CaptureTarget[],
  how: Capturing,
): Promise<readonly Captured[]> {
  const captured: Captured[] = [];
  const left = targets.entries();
  const one = async (): Promise<void> => {
    for (const [at, target] of left) {
      const said = await captureOne(target, how);
      captured[at] = said;
      how.onCaptured?.(said);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return captured;
}

async function captureOne(target: CaptureTarget, how: Capturing): Promise<Captured> {
  const began = performance.now();
  const took = (): { target: CaptureTarget; tookMs: number } => ({
    target,
    tookMs: Math.round(performance.now() - began),
  });
  try {
    const { exitCode, stdout, stderr } = await probed(target, how);
    if (exitCode !== 0)
      return { ...took(), facts: null, why: lastLine(stderr) || `it ended with ${exitCode}` };
    const origin = { how: target.how, target: targetText(target), understudyNode: false };
    return { ...took(), facts: factsOf(stdout, origin) };
  } catch (error) {
    return { ...took(), facts: null, why: messageOf(error) };
  }
}

async function probed(target: CaptureTarget, { sshConfig }: Capturing): Promise<ExecOutcome> {
  const probe = readFileSync(join(packageRoot, 'images/probe.sh'), 'utf8');
  switch (target.how) {
    case 'local':
      return await here(['sh', '-s'], probe);
    case 'docker': {
      const node = new DockerNode(connectEngine(), target.container, target.container);
      return await node.exec(['sh', '-s'], { user: '0', stdin: probe, timeoutMs: deadlineMs });
    }
    case 'ssh':
      return await here([...sshWords(target, sshConfig), 'sh', '-s'], probe);
    default:
      return assertNever(target);
  }
}

/** Never asks for anything: many are asked at once, and nobody may be there. */
function sshWords(
  { user, host, port }: Extract<CaptureTarget, { how: 'ssh' }>,
  config: string | undefined,
): readonly string[] {
  return [
    ...['ssh', '-T', '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${connectSeconds}`],
    ...(config === undefined ? [] : ['-F', config]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', host],
  ];
}

async function here([file = '', ...argv]: readonly string[], stdin: string): Promise<ExecOutcome> {
  const ended = await execa(file, argv, {
    ...{ input: stdin, reject: false, timeout: deadlineMs, maxBuffer: mostBytes, stripFinalNewline: false },
  });
  if (ended.timedOut) throw new Error(`it did not answer within ${deadlineMs / 1000} s`);
  if (ended.exitCode === undefined) throw new Error(ended.shortMessage ?? `${file} did not end by itself`);
  return { exitCode: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
