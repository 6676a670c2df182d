import { join } from 'node:path';
import type { LoadedPlan } from '../../infra/plan/plan.ts';
import { boundToControl, unknownTo } from '../../infra/plan/memory-limits.ts';
import { hashesOf, withoutFaults } from '../../infra/plan/plan-cluster.ts';
import { HostError, RunError, UnderstudyError, withResidue, messageOf } from '../../infra/errors.ts';
import { writeReport } from '../report/write-report.ts';
import { mergedJUnit } from '../verdict/merged-junit.ts';
import { conclude } from '../verdict/conclude.ts';
import { controlKey, goldenFolder, goldenOf, keepControl, readControl, suiteDigests } from './control.ts';
import { InvariantOutcome, type ControlSeen, type JudgedInvariant } from '../invariants/outcome.ts';
import type { ControlResult } from '../verdict/control-result.ts';
import { beginTrial, type BegunTrial } from './begun-trial.ts';
import { nothingHappened } from './nothing-happened.ts';
import type { Stage } from './stage.ts';
import { perform, type Trial } from './trial.ts';
import { Verdict } from '../verdict/verdict.ts';

export interface RehearsalRequest {
  readonly loaded: LoadedPlan;
  readonly control: 'always' | 'cached' | 'never';
  readonly keep: 'always' | 'on-failure' | 'never';
  /** Of the run itself, not of its control. */
  readonly pcap: boolean;
}

/**
 * A rehearsal: first the plan without its faults (or what is known of it), then the plan as it is; then what both mean.
 * @throws RunError only where there is nothing to judge: this host or a bug ended it.
 */
export async function rehearse(request: RehearsalRequest, stage: Stage): Promise<Verdict> {
  const { loaded } = request;
  const degraded = loaded.plan.schedule.length > 0;
  const suites = suiteDigests(loaded);
  const key = { suites, name: await controlKey(stage.engine, loaded, suites) };
  const control = degraded && request.control !== 'never' ? await controlOf(request, key, stage) : null;
  const begun = beginTrial(loaded);
  if (control !== null) begun.folder.writeJson('control.json', control.result);
  stage.progress.note(`run folder ${begun.folder.path}`);
  if (stage.interrupts.signal.aborted) {
    // In the control: that it did not pass says nothing then, what it left does.
    const residue = control?.residue ?? [];
    const failure: unknown = stage.interrupts.signal.reason;
    return finish(begun, { ...nothingHappened(begun), residue, failure }, null, request);
  }
  if (control !== null && control.result.verdict !== 'pass') {
    return finish(begun, { ...nothingHappened(begun), suites: control.result.suites }, control, request);
  }
  const runFolder = begun.folder.path;
  const golden = goldenOf({ degraded, recorded: control?.golden ?? null, runFolder });
  let bound: LoadedPlan;
  try {
    bound = boundTo(control, loaded, begun);
  } catch (failure) {
    return finish(begun, { ...nothingHappened(begun), failure }, control, request);
  }
  const asked = { loaded: bound, keep: request.keep, golden, pcap: request.pcap };
  const trial = await perform(begun, asked, stage);
  const verdict = finish(begun, trial, control, request);
  if (golden.mode === 'record') keepUnchanged(key, loaded, resultOf(verdict, trial), golden.folder, stage);
  return verdict;
}

/**
 * The plan as it is carried out: what goes by the control is bound to what was seen in it. Hashes, and the plan in the run
 * folder, are those of the plan as it was made.
 */
function boundTo(control: Control | null, loaded: LoadedPlan, { recorder }: BegunTrial): LoadedPlan {
  if (control === null) return loaded;
  const held = control.result.memoryHeld;
  const unknown = unknownTo(held, loaded.plan);
  if (unknown.length > 0)
    throw new HostError(
      'memory-unknown',
      `the engine did not say what ${unknown.join(', ')} held in the control`,
      {
        hint: '`memoryMiB` in place of `timesControl`, or an engine that counts the memory of containers',
      },
    );
  const schedule = boundToControl(loaded.plan, held);
  for (const { id: fault, memory } of schedule) {
    if (memory === undefined) continue;
    const limits = Object.entries(memory).map(([node, limit]) => ({ node, ...limit }));
    recorder.record({ type: 'fault.bound', fault, limits });
  }
  return { ...loaded, plan: { ...loaded.plan, schedule } };
}

/** Under which name a control is kept, and what the suites were when the run began. */
interface Key {
  readonly name: string;
  readonly suites: readonly string[];
}

/**
 * Where suites are other files afterwards than before, nobody can say which of them passed: the control is good for this
 * run and kept for no other. Returns where golden results are from now on.
 */
function keepUnchanged(
  { name, suites }: Key,
  loaded: LoadedPlan,
  result: ControlResult,
  recorded: string,
  { progress }: Stage,
): string {
  const now = suiteDigests(loaded);
  if (suites.every((digest, at) => digest === now[at])) return keepControl(name, result, recorded);
  if (result.verdict === 'pass')
    progress.note('files of a suite changed while it ran: this control will not stand for another run');
  return recorded;
}

interface Control {
  readonly result: ControlResult;
  readonly cached: boolean;
  readonly residue: readonly string[];
  /** Folder of its golden results. */
  readonly golden: string;
}

async function controlOf({ loaded, control }: RehearsalRequest, key: Key, stage: Stage): Promise<Control> {
  const kept = control === 'cached' ? readControl(key.name) : null;
  const isEnough = kept !== null && unknownTo(kept.memoryHeld, loaded.plan).length === 0;
  if (isEnough) return { result: kept, cached: true, residue: [], golden: goldenFolder(key.name) };
  const plan = withoutFaults(loaded.plan);
  const request = {
    loaded: { ...loaded, plan, hashes: hashesOf(plan) },
    control: 'never',
    keep: 'never',
    pcap: false,
  } as const;
  const again = kept === null ? '' : '; the one that was kept does not say what memory nodes held';
  stage.progress.note(`control: the same without faults${again}`);
  const begun = beginTrial(request.loaded);
  const golden = goldenOf({ degraded: false, recorded: null, runFolder: begun.folder.path });
  const trial = await perform(begun, { loaded: request.loaded, keep: 'never', golden, pcap: false }, stage);
  const verdict = finish(begun, trial, null, request);
  const result = resultOf(verdict, trial);
  const recorded = keepUnchanged(key, loaded, result, golden.folder, stage);
  return { result, cached: false, residue: verdict.residue, golden: recorded };
}

function resultOf(
  { runId, verdict, why, suites, invariants }: Verdict,
  { memoryHeld }: Pick<Trial, 'memoryHeld'>,
): ControlResult {
  const seen = invariants.map((one) => InvariantOutcome.strip().parse(one));
  return { runId, verdict, why, suites, invariants: seen, memoryHeld };
}

function finish(
  begun: BegunTrial,
  trial: Trial,
  control: Control | null,
  { loaded }: RehearsalRequest,
): Verdict {
  const { folder, recorder, runId } = begun;
  const interrupted = isInterruption(trial.failure);
  // Whichever of both clusters it was: an object that is left is left.
  const residue = [...(control?.residue ?? []), ...trial.residue];
  if (trial.failure !== null && !interrupted) {
    folder.writeJson('failure.json', { message: messageOf(trial.failure), residue });
    writeReport(folder);
    throw new RunError(withResidue(trial.failure, residue), { runId, runFolder: folder.path });
  }
  const concluded = conclude({
    suites: trial.suites,
    receipts: trial.receipts,
    invariants: trial.invariants,
    parity: trial.parity,
    leftovers: trial.leftovers,
    down: trial.down,
    invalid: [...trial.invalid, ...(interrupted ? ['interrupted'] : [])],
    control: control === null ? null : control.result,
  });
  const verdict = Verdict.parse(
    folder.redactor.value({
      schema: 1,
      ...concluded,
      runId,
      cluster: loaded.plan.cluster,
      profiles: [...loaded.plan.profiles],
      variables: { ...loaded.plan.variables },
      seed: loaded.plan.seed,
      ...loaded.hashes,
      control:
        control === null
          ? null
          : { verdict: control.result.verdict, runId: control.result.runId, cached: control.cached },
      receipts: [...trial.receipts],
      parity: [...trial.parity],
      suites: [...trial.suites],
      invariants: trial.invariants.map((one) => besideControl(one, control?.result ?? null)),
      leftovers: [...trial.leftovers],
      residue,
      phasesMs: { ...recorder.phasesMs },
      runFolder: folder.path,
      report: folder.file('report.html'),
      ...(interrupted ? { interrupted: true } : {}),
    } satisfies Verdict),
  );
  folder.writeJson('verdict.json', verdict);
  folder.writeText('junit.xml', mergedJUnit(suiteFiles(trial), verdict));
  writeReport(folder);
  return verdict;
}

function besideControl(seen: InvariantOutcome, control: ControlResult | null): JudgedInvariant {
  const same = control?.invariants.find(({ invariant }) => invariant === seen.invariant);
  return { ...seen, control: same === undefined ? null : pick(same) };
}

function pick({ answers, broke, slowestMs }: InvariantOutcome): ControlSeen {
  return { answers, broke, slowestMs };
}

function suiteFiles({ suites, folder }: Trial): Parameters<typeof mergedJUnit>[0] {
  return suites.map((outcome) => ({
    outcome,
    junit: folder.readText(join('suites', outcome.suite, 'junit.xml')),
  }));
}

function isInterruption(failure: unknown): boolean {
  return failure instanceof UnderstudyError && failure.code === 'interrupted';
}
