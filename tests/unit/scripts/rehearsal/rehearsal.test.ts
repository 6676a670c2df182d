import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepCached } from '../../../../infra/cache-file.ts';
import { HostError, InterruptedError, RunError, withResidue } from '../../../../infra/errors.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import type { ScheduledFault } from '../../../../infra/plan/plan.ts';
import { Recorder } from '../../../../scripts/evidence/recorder.ts';
import { RunFolder } from '../../../../scripts/evidence/run-folder.ts';
import type { BegunTrial } from '../../../../scripts/rehearsal/begun-trial.ts';
import { nothingHappened } from '../../../../scripts/rehearsal/nothing-happened.ts';
import type { Stage } from '../../../../scripts/rehearsal/stage.ts';
import type { Trial, TrialRequest } from '../../../../scripts/rehearsal/trial.ts';
import { connectEngine } from '../../../../infra/components/docker/engine.ts';
import { silentProgress } from '../../../../scripts/progress.ts';
import { parseJUnit } from '../../../../scripts/suite/junit.ts';
import { listenForInterrupts } from '../../../../scripts/teardown/interrupt.ts';
import { idleCluster, slowLink } from '../../../support/understudy.ts';
import { writtenSpec } from '../../../support/written-spec.ts';
import { withoutNetem } from '../../../support/abilities.ts';

/** What each trial in turn ends with: the control first. */
let endings: (Partial<Trial> & { readonly meanwhile?: () => void })[] = [];
let root = '';
/** The schedule that each trial was to carry out. */
let performed: (readonly ScheduledFault[])[] = [];
jest.unstable_mockModule('../../../../scripts/rehearsal/trial.ts', () => ({
  perform: (begun: BegunTrial, { loaded }: TrialRequest) => {
    performed.push(loaded.plan.schedule);
    const { meanwhile, ...ending } = endings.shift() ?? {};
    meanwhile?.();
    return Promise.resolve({ ...nothingHappened(begun), ...ending });
  },
}));
jest.unstable_mockModule('../../../../scripts/rehearsal/begun-trial.ts', () => ({
  beginTrial: () => {
    const folder = new RunFolder(mkdtempSync(join(root, 'run-')));
    return { runId: 'r1', folder, recorder: new Recorder(folder) };
  },
}));
jest.unstable_mockModule('../../../../scripts/report/write-report.ts', () => ({
  writeReport: () => undefined,
}));
const control = await import('../../../../scripts/rehearsal/control.ts');
jest.unstable_mockModule('../../../../scripts/rehearsal/control.ts', () => ({
  ...control,
  controlKey: () => Promise.resolve('key'),
}));
const { rehearse } = await import('../../../../scripts/rehearsal/rehearsal.ts');
const { exitCode } = await import('../../../../scripts/verdict/verdict.ts');

const before = process.env['XDG_CACHE_HOME'];
beforeEach(() => {
  performed = [];
  root = mkdtempSync(join(tmpdir(), 'understudy-rehearsal-'));
  process.env['XDG_CACHE_HOME'] = root;
});
afterEach(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, 'XDG_CACHE_HOME');
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(root, { recursive: true, force: true });
});

test('what the control’s cluster left counts, although the run itself left nothing', async () => {
  endings = [{ residue: ['network us-r0'] }, {}];
  const verdict = await rehearsed();
  expect(verdict.residue).toEqual(['network us-r0']);
  expect(exitCode(verdict)).toBe(3);
});

test('a run that could not be made and left something says both, and ends with 3', async () => {
  endings = [
    { residue: ['network us-r0'] },
    { residue: ['volume us-r1'], failure: new HostError('h', 'no port') },
  ];
  const { reason, runId, runFolder } = await brokenRun();
  expect(reason).toMatchObject({
    exit: 3,
    message: 'no port\nleft behind: network us-r0; volume us-r1',
  });
  expect(runId).toBe('r1');
  expect(existsSync(join(runFolder, 'failure.json'))).toBe(true);
});

test('a node that does not become ready is a verdict like any other, in every file that has one', async () => {
  const why = 'node worker-1 ended with exit code 1 before it was ready; it said last: “no config”';
  endings = [{}, { down: [why] }];
  const verdict = await rehearsed();
  expect(verdict).toMatchObject({ verdict: 'fail', why: [why], suites: [], control: { verdict: 'pass' } });
  expect(exitCode(verdict)).toBe(1);
  expect(written(verdict.runFolder, 'verdict.json')).toContain(why);
  const merged = parseJUnit(written(verdict.runFolder, 'junit.xml'));
  expect(merged.filter(({ status }) => status === 'failed')).toMatchObject([
    { name: 'every node becomes ready and stays up', message: why },
  ]);
  expect(existsSync(join(verdict.runFolder, 'failure.json'))).toBe(false);
});

test('in the control it means that it fails without faults, and nothing is degraded', async () => {
  endings = [{ down: ['node worker-1 was not ready'] }];
  const verdict = await rehearsed();
  expect(verdict).toMatchObject({
    verdict: 'fail',
    why: ['fails without faults: the control did not pass', 'node worker-1 was not ready'],
  });
  expect(endings).toEqual([]);
  expect(written(verdict.runFolder, 'junit.xml')).toContain('every node becomes ready and stays up');
});

test('a node that is down is named before what may come of it', async () => {
  endings = [{}, { down: ['node worker-1 was not ready'], invalid: ['saving the evidence did not work'] }];
  expect(await rehearsed()).toMatchObject({
    verdict: 'invalid',
    why: ['node worker-1 was not ready', 'saving the evidence did not work'],
  });
});

test('an interruption and a bug come before what is left, which is named all the same', () => {
  const residue = ['network us-r0'];
  expect(withResidue(new InterruptedError('interrupted', 'x'), residue)).toMatchObject({ exit: 130 });
  const bug = withResidue(new Error('x'), residue);
  expect(bug).not.toHaveProperty('exit');
  expect(bug.message).toContain('network us-r0');
  const clean = new HostError('h', 'x');
  expect(withResidue(clean, [])).toBe(clean);
});

function written(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

test('a control is kept for the next run, unless files of a suite changed while it ran', async () => {
  using spec = writtenSpec({
    'cluster.yaml': readFileSync(idleCluster, 'utf8').replace('./node', join(idleCluster, '../node')),
    'test.sh': 'exit 0',
  });
  const change = (): void => {
    writeFileSync(spec.path('test.sh'), 'exit 1');
  };
  endings = [{ meanwhile: change }, {}];
  expect((await rehearsed(spec.path('cluster.yaml'))).verdict).toBe('pass');
  expect(control.readControl('key')).toBeNull();
  endings = [{}, { meanwhile: change }];
  await rehearsed(spec.path('cluster.yaml'));
  expect(control.readControl('key')).toMatchObject({ verdict: 'pass' });
});

describe('a fault that goes by the control', () => {
  const MiB = 1024 * 1024;
  const held = (mebibytes: number): Partial<Trial> => ({
    memoryHeld: { 'node-1': mebibytes * MiB, 'node-2': 4 * MiB },
  });
  const squeezed = async (when: 'always' | 'cached'): ReturnType<typeof rehearse> => {
    using spec = writtenSpec({
      'tight.yaml':
        'name: p\ndescription: p\nfaults: [{name: tight, kind: resource.memory, timesControl: 1.2, on: {nodes: [{node: node-1}]}}]\n',
    });
    return await rehearsed(idleCluster, spec.path('tight.yaml'), when);
  };

  test('is bound to what was seen in it: carried out and told in the run’s events, and in no plan or hash', async () => {
    endings = [held(20), {}];
    const verdict = await squeezed('always');
    const limit = { heldBytes: 20 * MiB, bytes: 28 * MiB };
    expect(performed.map((schedule) => schedule.map(({ memory }) => memory))).toEqual([
      [],
      [{ 'node-1': limit }],
    ]);
    const events = written(verdict.runFolder, 'events.jsonl');
    expect(events).toContain(
      JSON.stringify({ fault: 'p/tight', limits: [{ node: 'node-1', ...limit }] }).slice(1, -1),
    );
    expect(JSON.parse(written(verdict.runFolder, 'control.json'))).toMatchObject(held(20));
  });

  test('uses one that was kept, but not one that was kept without figures: that is run anew', async () => {
    const old = { runId: 'old', verdict: 'pass', why: [], suites: [] };
    keepCached(join(root, 'understudy/controls/key/control.json'), old);
    expect(control.readControl('key')).toMatchObject({ runId: 'old', memoryHeld: {} });
    endings = [held(20), {}];
    expect((await squeezed('cached')).control).toMatchObject({ cached: false, runId: 'r1' });
    endings = [{}];
    expect((await squeezed('cached')).control).toMatchObject({ cached: true });
    expect(performed.at(-1)).toMatchObject([{ memory: { 'node-1': { bytes: 28 * MiB } } }]);
  });

  test('is refused where the node has hardly more, with the name of the run, before it has a cluster', async () => {
    endings = [held(60), {}];
    const { reason } = await brokenRun(squeezed('always'));
    expect(reason).toMatchObject({ exit: 64, message: expect.stringContaining('leaves node-1 72 MiB') });
    expect(performed).toHaveLength(1);
  });

  test('cannot be where the engine counts no memory, which is no mistake of its author', async () => {
    endings = [{}, {}];
    const { reason } = await brokenRun(squeezed('always'));
    expect(reason).toMatchObject({ exit: 69, message: expect.stringContaining('node-1') });
  });
});

async function brokenRun(run = rehearsed()): Promise<RunError> {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  if (error instanceof RunError) return error;
  throw new Error('it was expected to break', { cause: error });
}

async function rehearsed(
  cluster = idleCluster,
  profile = slowLink,
  when: 'always' | 'cached' = 'always',
): ReturnType<typeof rehearse> {
  const loaded = loadPlan({ cluster, profiles: [profile], seed: 1, set: {}, suites: [] });
  using interrupts = listenForInterrupts();
  const stage: Stage = {
    engine: connectEngine(),
    host: { cgroupVersion: 1, seccompProfile: null },
    toolbox: 'toolbox',
    abilities: withoutNetem,
    progress: silentProgress,
    interrupts,
    faultDriver: () => {
      throw new Error('no fault is injected here');
    },
  };
  return await rehearse({ loaded, control: when, keep: 'never', pcap: false }, stage);
}
