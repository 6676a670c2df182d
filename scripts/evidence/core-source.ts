import type Docker from 'dockerode';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { demux } from '../../infra/components/docker/demux.ts';
import { roleLabel } from '../../infra/run-marks.ts';
import { DockerNode } from '../nodes/docker.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { withDeadline } from '../with-deadline.ts';
import { corePatternOf, type CorePattern } from './core-dump.ts';

const deadlineMs = 10_000;
const nodeLabel = 'dev.understudy.node';
const asksKernel = ['cat', '/proc/sys/kernel/core_pattern', '/proc/sys/kernel/core_uses_pid'] as const;

/** A file of a node, looked at; nothing of it is read before `bytes` are. */
export interface FoundCore {
  readonly size: number;
  readonly uid: number;
  readonly writtenMs: number;
  bytes(): Promise<AsyncIterable<Uint8Array>>;
  /** Nobody reads on. */
  close(): void;
}

/** Where the kernel under these nodes leaves cores: a node that runs says it, else a program of the image of one that has ended. */
export async function kernelCorePattern(
  engine: Docker,
  nodes: readonly Docker.ContainerInspectInfo[],
  signal: AbortSignal,
): Promise<CorePattern> {
  const running = nodes.filter(({ State }) => State.Running && !State.Paused);
  for (const { Id, Name } of running) {
    const node = new DockerNode(engine, Name, Id);
    const answer = await node.exec(asksKernel, { timeoutMs: deadlineMs, signal }).catch(() => null);
    if (answer?.exitCode === 0) return patternIn(answer.stdout); // else it has no cat, or ends just now
  }
  const [ended] = nodes;
  if (ended === undefined) throw new Error('no node is left');
  return patternIn(await saidByImageOf(engine, ended, asksKernel));
}

function patternIn(said: string): CorePattern {
  const [pattern = '', usesPid = ''] = said.split('\n');
  return corePatternOf(pattern, usesPid);
}

/** Run in a container of its own, which the labels of the run make sure goes: in a node that has ended nothing can be. */
async function saidByImageOf(
  engine: Docker,
  { Image, Config }: Docker.ContainerInspectInfo,
  argv: readonly string[],
): Promise<string> {
  const labels = Object.entries(Config.Labels).filter(([name]) => name !== nodeLabel);
  const container = await engine.createContainer({
    Image,
    Entrypoint: [...argv],
    Cmd: [],
    Labels: { ...Object.fromEntries(labels), [roleLabel]: 'cores' },
    HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'] },
  });
  try {
    await container.start();
    await withDeadline(argv.join(' '), deadlineMs, container.wait());
    const [stdout, source] = [new PassThrough(), new PassThrough()];
    demux(source, stdout, new PassThrough().resume());
    source.once('end', () => stdout.end());
    source.end(await container.logs({ stdout: true, stderr: false }));
    return await text(stdout);
  } finally {
    await container.remove({ force: true }).catch(() => undefined); // by its label otherwise
  }
}

/** @throws where there is no such file. Nothing beyond `maxBytes` is read of it. */
export async function findCore(
  engine: Docker,
  name: string,
  { Id, State }: Docker.ContainerInspectInfo,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<FoundCore> {
  const node = new DockerNode(engine, name, Id);
  return State.Running ? await inRunning(node, path, maxBytes, signal) : await inEnded(node, path);
}

/** By a program in it: the engine's archives do not see what a node has mounted in memory. */
async function inRunning(
  node: NodeAccess,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<FoundCore> {
  const argv = ['stat', '--format=%s %u %Y', path];
  const { exitCode, stdout, stderr } = await node.exec(argv, { timeoutMs: deadlineMs, signal });
  if (exitCode !== 0) throw new Error(stderr.trim());
  const [size = 0, uid = 0, writtenS = 0] = stdout.split(' ').map(Number);
  return {
    ...{ size, uid, writtenMs: writtenS * 1000 },
    bytes: async () => {
      const reading = await node.start(['head', '-c', String(maxBytes), path]);
      reading.stderr.resume();
      return reading.stdout;
    },
    close: () => undefined,
  };
}

/** In an archive that the engine makes of it; what was mounted in memory went with the node. */
async function inEnded(node: NodeAccess, path: string): Promise<FoundCore> {
  const archive = await node.copyOut(path);
  const files = extract();
  archive.on('error', (error) => {
    files.destroy(error);
  });
  archive.pipe(files);
  const close = (): void => {
    archive.destroy();
    files.destroy();
  };
  const first = await files[Symbol.asyncIterator]().next();
  if (first.done === true || first.value.header.type !== 'file') {
    close();
    throw new Error(`${path} is no file`);
  }
  const entry = first.value;
  const { size = 0, uid = 0, mtime } = entry.header;
  return {
    ...{ size, uid, writtenMs: mtime.getTime() },
    bytes: async () => Promise.resolve(bytesOf(entry)),
    close,
  };
}

async function* bytesOf(entry: AsyncIterable<unknown>): AsyncIterable<Uint8Array> {
  for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk;
}
