import type Docker from 'dockerode';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { demux } from '../../infra/components/docker/demux.ts';
import { containerName } from '../../infra/components/docker/names.ts';
import { messageOf } from '../../infra/errors.ts';
import type { BoundPlan } from '../../infra/plan/plan.ts';
import { roleLabel, runLabel } from '../../infra/run-marks.ts';
import { withDeadline } from '../with-deadline.ts';
import type { RunFolder } from './run-folder.ts';
import {
  captureArguments,
  capturedPath,
  capturesFile,
  countsSaid,
  TrafficCapture,
} from './traffic-capture.ts';

/** Of which node a container captures, and which start of it. */
const nodeLabel = 'dev.understudy.captured';
const startLabel = 'dev.understudy.captured.start';
const filterLabel = 'dev.understudy.captured.filter';
const role = 'pcap';
const beginDeadlineMs = 30_000;
const endDeadlineMs = 5_000;

export interface Capturing {
  readonly engine: Docker;
  readonly bound: BoundPlan;
  /** Image with tcpdump. */
  readonly toolbox: string;
  /** A filter of pcap. */
  readonly filter: string;
}

/**
 * A container beside a node that captures what passes its network, until it is collected, the node ends or its file is full.
 * It may open raw sockets there, and be what account it likes in its own container. Resolves when it captures.
 */
export async function startCapture(
  { engine, bound, toolbox, filter }: Capturing,
  node: string,
  start: number,
): Promise<void> {
  const container = await engine.createContainer({
    name: `${containerName(bound, node)}-pcap-${start}`,
    Image: toolbox,
    Entrypoint: [...captureArguments(filter)],
    Labels: {
      ...bound.labels,
      [roleLabel]: role,
      [nodeLabel]: node,
      [startLabel]: String(start),
      [filterLabel]: filter,
    },
    HostConfig: {
      NetworkMode: `container:${containerName(bound, node)}`,
      CapDrop: ['ALL'],
      // tcpdump sets its account anew also where that is the one that it has.
      CapAdd: ['NET_RAW', 'SETGID', 'SETUID'],
    },
  });
  const output = await container.attach({ stream: true, stdout: true, stderr: true });
  if (!(output instanceof Readable)) throw new Error('the engine gave no stream');
  const stderr = new PassThrough();
  demux(output, new PassThrough().resume(), stderr);
  for (const end of ['end', 'close', 'error']) output.once(end, () => stderr.end());
  try {
    await container.start();
    await withDeadline(`${node}: capturing its traffic`, beginDeadlineMs, listening(stderr));
  } finally {
    output.destroy(); // what it says at its end is in the container's log
  }
}

/** @throws what tcpdump says instead. */
async function listening(said: Readable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<null>();
  let words = '';
  said.on('data', (chunk: Buffer) => {
    words += chunk.toString();
    if (words.includes('listening on')) resolve(null);
  });
  said.once('end', () => {
    reject(new Error(`tcpdump ended: ${words.trim()}`));
  });
  await promise;
}

const Labels = z.object({
  [nodeLabel]: z.string(),
  [startLabel]: z.coerce.number(),
  [filterLabel]: z.string(),
});

/** Ends all captures of a run, whoever began them, keeps their files in the run folder, and removes them. */
export async function collectCaptures(
  engine: Docker,
  runId: string,
  folder: RunFolder,
  signal: AbortSignal,
): Promise<void> {
  const label = [`${runLabel}=${runId}`, `${roleLabel}=${role}`];
  const found = await engine.listContainers({ all: true, filters: { label } });
  if (found.length === 0) return;
  const all = await Promise.all(
    found.map(async ({ Id, Labels: labels }) => collected(engine, Id, Labels.parse(labels), folder, signal)),
  );
  const byFile = (a: TrafficCapture, b: TrafficCapture): number =>
    (a.file ?? a.node) < (b.file ?? b.node) ? -1 : 1;
  folder.writeJson(capturesFile, all.sort(byFile));
}

async function collected(
  engine: Docker,
  id: string,
  { [nodeLabel]: node, [startLabel]: start, [filterLabel]: filter }: z.infer<typeof Labels>,
  folder: RunFolder,
  signal: AbortSignal,
): Promise<TrafficCapture> {
  const container = engine.getContainer(id);
  const nothing = {
    ...{ node, file: null, bytes: 0, packets: null, dropped: null },
    isCutOff: false,
    filter,
  };
  try {
    await ended(container);
    const file = `pcap/${node}${start === 1 ? '' : `-${start}`}.pcap`;
    const archive = await container.getArchive({ path: capturedPath, abortSignal: signal });
    const bytes = await folder.writeBytes(file, fileIn(archive), signal);
    // tcpdump has opened a second file where the first one was full.
    const isCutOff = await isThere(container, `${capturedPath}1`);
    return {
      ...nothing,
      file,
      bytes,
      isCutOff,
      ...countsSaid(await lastWords(container)),
      absent: '',
    };
  } catch (error) {
    const said = await lastWords(container).catch(() => '');
    return {
      ...nothing,
      absent: [messageOf(error), said]
        .map((one) => one.trim())
        .join(' ')
        .trim(),
    };
  } finally {
    await container.remove({ force: true }).catch(() => undefined); // by its label otherwise
  }
}

/** One that has ended already is as it should be. */
async function ended(container: Docker.Container): Promise<void> {
  await container.kill({ signal: 'SIGINT' }).catch(() => undefined);
  await withDeadline('the end of a capture', endDeadlineMs, container.wait()).catch(() => undefined);
}

async function isThere(container: Docker.Container, path: string): Promise<boolean> {
  try {
    const answer: unknown = await container.infoArchive({ path });
    // It has no body, and open it would keep us alive.
    if (answer instanceof Readable) answer.destroy();
    return true;
  } catch {
    return false;
  }
}

async function lastWords(container: Docker.Container): Promise<string> {
  const log = await container.logs({ stdout: false, stderr: true, tail: 10 });
  const [stdout, stderr] = [new PassThrough().resume(), new PassThrough()];
  const source = new PassThrough();
  demux(source, stdout, stderr);
  source.once('end', () => stderr.end());
  source.end(log);
  return await text(stderr);
}

/** The bytes of the one file in an archive. */
async function* fileIn(archive: NodeJS.ReadableStream): AsyncIterable<Uint8Array> {
  const files = extract();
  archive.on('error', (error) => {
    files.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  archive.pipe(files);
  for await (const entry of files)
    for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk;
}
