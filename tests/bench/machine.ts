import type Docker from 'dockerode';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { Machine } from './result.ts';

/** What the figures depend on. */
export async function describeMachine(engine: Docker): Promise<Machine> {
  const { Version } = await engine.version();
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    engine: `Docker ${Version}`,
    node: process.version,
  };
}
