import type Docker from 'dockerode';
import { PassThrough, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { demux } from '../../infra/components/docker/demux.ts';
import { DockerNode } from './docker.ts';

const nodeLabel = 'dev.understudy.node';
const Ended = z.object({ StatusCode: z.int() });
const argv = ['journalctl', '--output=json', '--all', '--no-pager', '--quiet'] as const;

/** A node's journal, oldest first, and how reading it ended. */
export interface JournalReading extends AsyncDisposable {
  readonly lines: Readable;
  /** Throws where it did not come to its end. */
  ended(): Promise<void>;
}

/** The journal of a node that runs. */
export async function liveJournal(engine: Docker, node: string, container: string): Promise<JournalReading> {
  const process = await new DockerNode(engine, node, container).start(argv);
  const said = text(process.stderr).catch(() => '');
  return {
    lines: process.stdout,
    async ended() {
      const exitCode = await process.exited;
      if (exitCode !== 0) throw new Error(`journalctl ended with ${exitCode}: ${(await said).trim()}`);
    },
    [Symbol.asyncDispose]: async () => {
      process.close();
      await Promise.resolve();
    },
  };
}

/**
 * The journal of a node that has ended: its files, which outlive it because the journal is kept on disk, read by
 * journalctl of the same image in a container of its own, which the labels of the run make sure goes.
 */
export async function stoppedJournal(
  engine: Docker,
  info: Docker.ContainerInspectInfo,
): Promise<JournalReading> {
  const labels = Object.entries(info.Config.Labels).filter(([name]) => name !== nodeLabel);
  const files = await engine.getContainer(info.Id).getArchive({ path: '/var/log/journal' });
  const reader = await engine.createContainer({
    Image: info.Image,
    Entrypoint: [...argv, '--directory=/mnt/journal'],
    Cmd: [],
    Labels: { ...Object.fromEntries(labels), 'dev.understudy.role': 'journal' },
    HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], LogConfig: { Type: 'none', Config: {} } },
  });
  const remove = async (): Promise<void> => {
    await reader.remove({ force: true }).catch(() => undefined); // by its label otherwise
  };
  try {
    await reader.putArchive(files, { path: '/mnt' });
    const output = await reader.attach({ stream: true, stdout: true, stderr: true });
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    demux(output, stdout, stderr);
    output.once('end', () => {
      stdout.end();
      stderr.end();
    });
    const said = text(stderr).catch(() => '');
    await reader.start();
    return {
      lines: stdout,
      async ended() {
        const { StatusCode } = Ended.parse(await reader.wait());
        if (StatusCode !== 0) throw new Error(`journalctl ended with ${StatusCode}: ${(await said).trim()}`);
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
