import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Picture } from './pictures.ts';

const Observation = z.object({
  digests: z.record(z.string(), z.string()),
  halfWritten: z.array(z.string()),
  executions: z.array(z.object({ picture: z.string(), did: z.string() })),
  errors: z.array(z.object({ picture: z.string(), errno: z.int() })),
});
export type Observation = z.infer<typeof Observation>;

const Progress = z.object({ thumbnails: z.int() });
const Handle = z.object({ exec: z.array(z.string()), roles: z.record(z.string(), z.array(z.string())) });

const burst = 10;
const leastBurstEveryMs = 600;
/** Faults that come late must find a farm that still works: pictures come for as long as there are faults to come, and longer. */
const beyondSchedule = 1.15;
/** A disk that is full for 25 s stops the farm for as long; one that stands still for longer will not go on. */
const standstillMs = 35_000;

/** Brings `pictures` in bursts, watches until all have thumbnails or nothing moves any more, and says what was seen. */
export async function rehearse(pictures: readonly Picture[]): Promise<Observation> {
  const observer = run('observe.py');
  let thumbnails = 0;
  let movedAt = 0;
  let last = '';
  const lines = createInterface({ input: observer.stdout });
  lines.on('line', (line) => {
    last = line;
    const progress = Progress.safeParse(JSON.parse(line));
    if (!progress.success || progress.data.thumbnails === thumbnails) return;
    thumbnails = progress.data.thumbnails;
    movedAt = Date.now();
  });

  await feed(pictures);
  const fedAt = Date.now();
  const standsStill = (): boolean => Date.now() - Math.max(movedAt, fedAt) > standstillMs;
  while (thumbnails < pictures.length && !standsStill()) await delay(100);
  observer.stdin.end();
  await once(lines, 'close');
  return Observation.parse(JSON.parse(last));
}

async function feed(pictures: readonly Picture[]): Promise<void> {
  const feeder = run('feed.py');
  const ended = once(feeder, 'exit').then(([code]: unknown[]) => {
    if (code !== 0) throw new Error(`feeding ended with ${String(code)}`);
  });
  feeder.stdin.on('error', () => undefined); // EPIPE: the feeder is gone, and its exit code says why
  await Promise.race([ended, pour(pictures, feeder.stdin)]);
  await ended;
}

async function pour(pictures: readonly Picture[], into: Writable): Promise<void> {
  const scheduleMs = Number(process.env['UNDERSTUDY_SCHEDULE_MS'] ?? 0);
  const burstEveryMs = Math.max(leastBurstEveryMs, (scheduleMs * beyondSchedule * burst) / pictures.length);
  for (const [index, { name, ppm }] of pictures.entries()) {
    into.write(`${name} ${ppm.length}\n`);
    into.write(ppm);
    // The pace of the load, not a wait for anything.
    if (index % burst === burst - 1) await delay(burstEveryMs);
  }
  into.end();
}

function run(script: string) {
  const { exec, roles } = Handle.parse(
    JSON.parse(readFileSync(process.env['UNDERSTUDY_HANDLE'] ?? '', 'utf8')),
  );
  const client = roles['client']?.[0] ?? '';
  const program = readFileSync(join(__dirname, script), 'utf8');
  const [command = '', ...argv] = [...exec, client, '--', 'python3', '-c', program];

  return spawn(command, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
}
