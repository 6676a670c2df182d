import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureImages } from '../../infra/components/docker/build.ts';
import { runsRoot } from '../../infra/places.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { openProgress } from '../../scripts/progress/open.ts';
import { resolveBase } from '../../scripts/setup/base-image.ts';
import { ensureReady } from '../../scripts/setup/setup.ts';
import { connectRunEngine } from '../../scripts/teardown/run-engine.ts';
import type { RunEngine } from '../../scripts/teardown/tear-down.ts';
import { readingsOf } from './accuracy.ts';
import { clusterFile, clusterName, type Shape } from './cluster-file.ts';
import { EngineLog } from './engine-log.ts';
import type { Competitor } from './peers/contender.ts';
import { dockerCompose } from './peers/docker-compose.ts';
import { rawEngine } from './peers/engine.ts';
import { testcontainers } from './peers/testcontainers.ts';
import { understudy } from './peers/understudy.ts';
import { untilQuiet } from './quiet.ts';
import { rehearseOnce } from './rehearsals.ts';
import type { BenchResult, PartResult } from './result.ts';
import { roundOfUps } from './round-of-ups.ts';
import { partOn, withRound } from './store.ts';
import { shapeOf, type Unit } from './units.ts';
import { messageOf } from '../../infra/errors.ts';

/** Everything that units are measured with; made once, and gone with the benchmark. */
export interface Bench {
  readonly engine: RunEngine;
  readonly competitors: readonly Competitor[];
  /** Of the contenders that are not here: why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly log: EngineLog;
  /** Where the clusters' files lie. */
  readonly folder: string;
  readonly commit: string;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Engine, images and peers in place before anything is measured. */
export async function withBench<T>(
  { commit, signal, say }: Pick<Bench, 'commit' | 'signal' | 'say'>,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const folder = join(runsRoot(), 'bench');
  mkdirSync(folder, { recursive: true });
  try {
    const engine = await connectRunEngine();
    await imagesInPlace(folder, signal);
    const compose = await dockerCompose(engine);
    using log = await EngineLog.open(engine.docker);
    return await work({
      engine,
      competitors: [
        rawEngine(engine),
        ...(typeof compose === 'string' ? [] : [compose]),
        testcontainers(engine),
        understudy(engine),
      ],
      missing: typeof compose === 'string' ? { 'docker-compose': compose } : {},
      log,
      folder,
      commit,
      signal,
      say,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Measures one unit; the result with it in place. A failure is part of the result, only an interruption throws. */
export async function measureUnit(bench: Bench, unit: Unit, result: BenchResult): Promise<BenchResult> {
  const part = await measuredPart(bench, unit, result);
  return { ...result, parts: { ...result.parts, [unit.part]: part } };
}

async function measuredPart(bench: Bench, unit: Unit, result: BenchResult): Promise<PartResult> {
  const shape = shapeOf(unit.part);
  if (shape !== null) return await upsAndDowns(bench, unit, shape, result);
  return unit.part === 'rehearsal'
    ? await emptyRehearsal(bench, unit, result)
    : await accuracy(bench, unit, result);
}

async function upsAndDowns(
  bench: Bench,
  { part, round }: Unit,
  shape: Shape,
  result: BenchResult,
): Promise<PartResult> {
  // Peers have no way to say what a systemd node needs (a cgroup namespace of its own).
  const competitors = bench.competitors.filter(
    ({ name }) => shape.init === 'image' || name === 'raw' || name === 'understudy',
  );
  const one = await roundOfUps({
    ...bench,
    docker: bench.engine.docker,
    competitors,
    shape,
    file: fileOf(bench.folder, shape),
    round,
  });
  const earlier = partOn(result, part, 'up', bench.commit)?.rounds ?? [];
  return {
    kind: 'up',
    ...today(bench),
    ...shape,
    contenders: Object.fromEntries(competitors.map(({ name, description }) => [name, description])),
    missing: shape.init === 'image' ? { ...bench.missing } : {},
    rounds: withRound(earlier, one),
  };
}

async function emptyRehearsal(bench: Bench, { part, round }: Unit, result: BenchResult): Promise<PartResult> {
  const { signal, say } = bench;
  const common = { round, at: new Date().toISOString(), busyBefore: await untilQuiet(signal) };
  const { got, failure } = await reported(bench, async () =>
    rehearseOnce([fileOf(bench.folder, { init: 'image', nodes: 3 })], { signal }),
  );
  const one = {
    ...common,
    totalMs: got?.totalMs ?? null,
    phasesMs: { ...got?.phasesMs },
    cpu: got?.cpu ?? null,
    failure,
  };
  say(`  ${failure ?? `${one.totalMs ?? 0} ms`}`);
  const earlier = partOn(result, part, 'rehearsal', bench.commit)?.rounds ?? [];
  return { kind: 'rehearsal', ...today(bench), rounds: withRound(earlier, one) };
}

async function accuracy(bench: Bench, { part, round }: Unit, result: BenchResult): Promise<PartResult> {
  const { signal, say } = bench;
  const common = { round, at: new Date().toISOString(), busyBefore: await untilQuiet(signal) };
  const { got, failure } = await reported(bench, async () => readingsOf(part, round, signal));
  say(`  ${failure ?? `${got?.length ?? 0} receipts`}`);
  const earlier = partOn(result, part, 'accuracy', bench.commit)?.rounds ?? [];
  const one = { ...common, readings: got ?? [], failure };
  return { kind: 'accuracy', ...today(bench), rounds: withRound(earlier, one) };
}

async function reported<T>(
  { signal }: Bench,
  work: () => Promise<T>,
): Promise<{ readonly got: T | null; readonly failure: string | null }> {
  try {
    return { got: await work(), failure: null };
  } catch (error) {
    signal.throwIfAborted();
    return { got: null, failure: `FAILED: ${messageOf(error)}` };
  }
}

async function imagesInPlace(folder: string, signal: AbortSignal): Promise<void> {
  const progress = openProgress();
  const { engine } = await ensureReady(progress);
  for (const init of ['image', 'systemd'] as const) {
    const cluster = fileOf(folder, { init, nodes: 3 });
    const loaded = loadPlan({ cluster, profiles: [], seed: 1, set: {}, suites: [] });
    await ensureImages(engine, loaded, {
      signal,
      resolveBase: (reference) => resolveBase(engine, reference, progress),
    });
  }
}

function fileOf(folder: string, shape: Shape): string {
  const file = join(folder, `${clusterName(shape)}.yaml`);
  writeFileSync(file, clusterFile(shape));
  return file;
}

function today({ commit }: Bench): { readonly commit: string; readonly date: string } {
  return { commit, date: new Date().toISOString().slice(0, 10) };
}
