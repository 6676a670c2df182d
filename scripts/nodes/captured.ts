import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ExecOptions, ExecOutcome, NodeProcess } from './node.ts';

const maxCaptureBytes = 1024 * 1024;

/** A command from its start to its end, with what it wrote. Its streams are closed when the time is over, or by the signal. */
export async function captured(
  start: () => Promise<NodeProcess>,
  { timeoutMs, signal, stdin }: ExecOptions,
): Promise<ExecOutcome> {
  const limits = [
    ...(signal === undefined ? [] : [signal]),
    ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
  ];
  const limit = AbortSignal.any(limits);
  limit.throwIfAborted();
  const process = await start();
  const stop = (): void => {
    process.close();
  };
  limit.addEventListener('abort', stop, { once: true });
  if (limit.aborted) stop(); // while it was being started: the event has been and gone
  try {
    const [stdout, stderr] = [lastOf(process.stdout), lastOf(process.stderr)];
    if (stdin !== undefined) process.stdin.end(stdin);
    const exitCode = await process.exited;
    limit.throwIfAborted();
    return { exitCode, stdout: await stdout, stderr: await stderr };
  } finally {
    limit.removeEventListener('abort', stop);
  }
}

/** The last MiB of a stream, as text. */
async function lastOf(stream: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  stream.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk);
    size += chunk.length;
    while (chunks.length > 1 && size - (chunks[0]?.length ?? 0) > maxCaptureBytes)
      size -= chunks.shift()?.length ?? 0;
  });
  await finished(stream, { writable: false });
  return Buffer.concat(chunks).toString('utf8');
}
