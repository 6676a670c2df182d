import { execa } from 'execa';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { connectEngine } from '../infra/components/docker/engine.ts';
import { EXIT } from '../infra/errors.ts';
import { packageRoot } from '../infra/places.ts';
import { Verdict } from '../scripts/verdict/verdict.ts';
import { Machine } from './bench/result.ts';
import { describeMachine } from './bench/machine.ts';
import { currentCommit } from './bench/store.ts';
import { say } from './support/checks.ts';
import { startRehearsal } from './support/live-run.ts';
import { runNamed } from './support/named-command.ts';
import { namedOptions } from './support/named-options.ts';
import { writeResultFile } from './support/result-file.ts';
import { writtenSpec } from './support/written-spec.ts';

/**
 * `npm run fifty`: on 50 nodes, how long it takes until faults are in force on many links at once, and until they are gone, and how
 * much memory a side-car takes that has nothing to do. Written to tests/results/fifty.json.
 */
const resultFile = join(packageRoot, 'tests/results/fifty.json');

const Fifty = z.strictObject({
  schema: z.literal(1),
  commit: z.string(),
  machine: Machine,
  at: z.iso.datetime(),
  verdict: z.string(),
  why: z.array(z.string()),
  /** Of each fault: the longest that one of its links took. */
  faults: z.array(
    z.strictObject({
      fault: z.string(),
      links: z.int(),
      confirmed: z.int(),
      healed: z.int(),
      injectMs: z.number(),
      healMs: z.number(),
    }),
  ),
  /** Memory of each side-car's control group before any fault of a window, MiB: half of them, and the most. */
  sideCars: z.strictObject({ count: z.int(), medianMiB: z.number(), mostMiB: z.number() }),
});

/** Contracts: each of both. */
const promisedMs = 2_000;
const promisedMiB = 5;
/** Nodes come up, are armed and measured. */
const comesWithinMs = 300_000;

const cluster = JSON.stringify({
  name: 'fifty',
  roles: {
    node: {
      ...{ image: join(packageRoot, 'tests/support/clusters/idle/node'), init: 'image' },
      ...{ count: 50, memoryMiB: 64, command: ['sleep', 'infinity'] },
    },
  },
  suites: { wait: { command: ['sleep', '130'] } },
});
const profile = JSON.stringify({
  name: 'many',
  description: 'half of the nodes cut from the other half, later one node from all others',
  faults: [
    {
      ...{ name: 'halves', kind: 'network.partition', on: { links: { shape: 'halves' } } },
      ...{ from: [15_000, 15_000], lastsMs: [30_000, 30_000] },
    },
    {
      ...{ name: 'one', kind: 'network.partition', on: { links: { shape: 'isolate' } } },
      ...{ from: [100_000, 100_000], lastsMs: [15_000, 15_000] },
    },
  ],
});

await runNamed(main);

async function main(): Promise<number> {
  namedOptions({});
  const engine = connectEngine();
  const [machine, commit] = await Promise.all([describeMachine(engine), currentCommit()]);
  const at = new Date().toISOString();
  using spec = writtenSpec({ 'cluster.yaml': cluster, 'many.yaml': profile });
  const asked = [spec.path('cluster.yaml'), '--profile', spec.path('many.yaml'), '--control', 'never'];
  const run = await startRehearsal(asked);
  await run.event('"suite.start"', comesWithinMs);
  const memoryMiB = await memoryOfSideCars(run.runId);
  const { verdict } = await run.ended();
  if (verdict.verdict === 'pass') rmSync(verdict.runFolder, { recursive: true, force: true });
  else say(`kept to be looked at: ${verdict.runFolder}`);
  const result: z.infer<typeof Fifty> = {
    ...{ schema: 1, commit, machine, at, verdict: verdict.verdict, why: verdict.why },
    faults: faultsOf(verdict),
    sideCars: {
      count: memoryMiB.length,
      medianMiB: memoryMiB[Math.floor(memoryMiB.length / 2)] ?? NaN,
      mostMiB: memoryMiB.at(-1) ?? NaN,
    },
  };
  writeResultFile(resultFile, Fifty, result, 1);
  for (const { fault, links, confirmed, healed, injectMs, healMs } of result.faults)
    say(
      `${fault}: ${links} links, ${confirmed} confirmed, ${healed} healed; inject ${injectMs} ms, heal ${healMs} ms`,
    );
  const { count, medianMiB, mostMiB } = result.sideCars;
  say(`${count} idle side-cars: ${medianMiB} MiB, ${mostMiB} at most`);
  say(`${[result.verdict, ...result.why].join('; ')}\n\n${resultFile}`);
  const isPromised =
    result.verdict === 'pass' &&
    mostMiB <= promisedMiB &&
    result.faults.every(({ injectMs, healMs }) => injectMs <= promisedMs && healMs <= promisedMs);
  return isPromised ? EXIT.pass : EXIT.fail;
}

function faultsOf({ receipts }: Verdict): z.infer<typeof Fifty>['faults'] {
  return [...Map.groupBy(receipts, ({ fault }) => fault)].map(([fault, of]) => ({
    fault,
    links: of.length,
    confirmed: of.filter(({ ok }) => ok).length,
    healed: of.filter(({ healedOk }) => healedOk).length,
    injectMs: Math.round(Math.max(...of.map(({ injectTookMs }) => injectTookMs))),
    healMs: Math.round(Math.max(...of.map(({ healTookMs }) => healTookMs))),
  }));
}

/** As the engine has it, without what the kernel only keeps of files; in order. */
async function memoryOfSideCars(runId: string): Promise<readonly number[]> {
  const filters = [
    '--filter',
    `label=dev.understudy.run=${runId}`,
    '--filter',
    'label=dev.understudy.role=sidecar',
  ];
  const { stdout: ids } = await execa('docker', ['ps', '--quiet', ...filters]);
  const { stdout } = await execa('docker', [
    ...['stats', '--no-stream', '--format', '{{.MemUsage}}'],
    ...ids.split('\n'),
  ]);
  return stdout
    .split('\n')
    .map((line) => mebibytes(line.split(' / ')[0] ?? ''))
    .sort((a, b) => a - b);
}

/** Of what the engine writes: 1.5MiB, 700KiB. */
function mebibytes(text: string): number {
  const [, number = NaN, unit = ''] = /^([\d.]+)([KMG]i)?B$/.exec(text) ?? [];
  const factors: Readonly<Record<string, number>> = { '': 2 ** -20, Ki: 2 ** -10, Mi: 1, Gi: 2 ** 10 };
  return Number((Number(number) * (factors[unit] ?? NaN)).toFixed(2));
}
