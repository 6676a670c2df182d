import type Docker from 'dockerode';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { initLabel, roleLabel, runLabel } from './run-objects.ts';

export interface LastEvidenceRequest {
  readonly docker: Docker;
  readonly runId: string;
  readonly runFolder: string;
  readonly deadlineMs: number;
}

export interface LastEvidence {
  /** Files, relative to the run folder. */
  readonly saved: readonly string[];
  /** What could not be read, and why. */
  readonly missed: readonly string[];
}

/**
 * Saves each node's container log and journal into the run folder before they go. Best effort within the deadline: a
 * node that does not answer must not hold tear-down. What the controller saved before it died is never overwritten.
 */
export async function saveLastEvidence(request: LastEvidenceRequest): Promise<LastEvidence> {
  const { docker, runId, runFolder, deadlineMs } = request;
  const signal = AbortSignal.timeout(deadlineMs);
  const saved: string[] = [];
  const missed: string[] = [];
  const containers = await docker.listContainers({
    all: true,
    filters: { label: [`${runLabel}=${runId}`] },
    abortSignal: signal,
  });
  const sources = containers
    .filter(({ Labels }) => !(roleLabel in Labels))
    .flatMap((node) => sourcesOf(docker, node, join('nodes', nodeName(node, runId)), signal));
  await Promise.all(
    sources
      .filter(({ file }) => !existsSync(join(runFolder, file)))
      .map(async ({ file, read }) => {
        try {
          const content = await read();
          if (content === null) return;
          writeEvidence(join(runFolder, file), content);
          saved.push(file);
        } catch (error) {
          missed.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }),
  );
  return { saved: saved.sort(), missed: missed.sort() };
}

interface Source {
  readonly file: string;
  /** Null where the node has no such thing (an entrypoint node has no journal). */
  readonly read: () => Promise<Uint8Array | null>;
}

function sourcesOf(
  docker: Docker,
  { Id, State, Labels }: Docker.ContainerInfo,
  folder: string,
  signal: AbortSignal,
): readonly Source[] {
  const log: Source = {
    file: join(folder, 'container.log'),
    read: () => containerLog(docker.getContainer(Id), signal),
  };
  // To ask 50 nodes for a journal that they do not have takes 1.2 s (measured).
  if (Labels[initLabel] === 'image') return [log];
  const journal: Source =
    State === 'running'
      ? { file: join(folder, 'journal.jsonl'), read: () => liveJournal(docker.getContainer(Id), signal) }
      : { file: join(folder, 'journal.tar'), read: () => stoppedJournal(docker.getContainer(Id)) };
  return [log, journal];
}

async function containerLog(container: Docker.Container, abortSignal: AbortSignal): Promise<Uint8Array> {
  const options = { stdout: true, stderr: true, timestamps: true, abortSignal };
  return Buffer.concat(framesOf(await container.logs(options)).map(({ content }) => content));
}

async function liveJournal(
  container: Docker.Container,
  abortSignal: AbortSignal,
): Promise<Uint8Array | null> {
  const exec = await container.exec({
    Cmd: ['journalctl', '--output=json', '--no-pager', '--quiet'],
    AttachStdout: true,
    abortSignal,
  });
  const stream = await exec.start({ hijack: false, stdin: false, abortSignal });
  const stdout = framesOf(await buffer(stream)).filter(({ channel }) => channel === 1);
  const { ExitCode: exitCode } = await exec.inspect();
  return exitCode === 0 ? Buffer.concat(stdout.map(({ content }) => content)) : null;
}

/** A stopped node runs nothing, but its persistent journal is still in its file system, as binary files. */
async function stoppedJournal(container: Docker.Container): Promise<Uint8Array | null> {
  try {
    return await buffer(await container.getArchive({ path: '/var/log/journal' }));
  } catch {
    return null;
  }
}

interface Frame {
  /** 1 standard output, 2 standard error. */
  readonly channel: number;
  readonly content: Uint8Array;
}

/** The engine's multiplexed stream: channel, three zero bytes, length as 32 bits big-endian, content. */
function framesOf(stream: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 8 <= stream.length;) {
    const end = at + 8 + stream.readUInt32BE(at + 4);
    frames.push({ channel: stream.readUInt8(at), content: stream.subarray(at + 8, end) });
    at = end;
  }
  return frames;
}

function nodeName({ Names, Id }: Docker.ContainerInfo, runId: string): string {
  const name = Names[0]?.slice(1) ?? Id.slice(0, 12);
  return name.startsWith(`us-${runId}-`) ? name.slice(`us-${runId}-`.length) : name;
}

function writeEvidence(path: string, content: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
}
