import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { connectEngine } from '../../../../infra/components/docker/engine.ts';
import { HostError, InterruptedError } from '../../../../infra/errors.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { Recorder } from '../../../../scripts/evidence/recorder.ts';
import { RunFolder } from '../../../../scripts/evidence/run-folder.ts';
import { silentProgress } from '../../../../scripts/progress.ts';
import type { NodeAccess } from '../../../../scripts/nodes/node.ts';
import type { Stage } from '../../../../scripts/rehearsal/stage.ts';
import type { Trial } from '../../../../scripts/rehearsal/trial.ts';
import { boundForTest } from '../../../support/bound-plan.ts';
import { fakeNode } from '../../../support/fake-node.ts';
import { idleCluster, slowLink } from '../../../support/understudy.ts';
import { withoutNetem } from '../../../support/abilities.ts';

/** What happened, in its order, and what goes wrong on the way. */
let happened: string[] = [];
let wrong: Record<string, Error> = {};
let nodes = new Map<string, NodeAccess>();
const step = (name: string): Promise<void> => {
  happened.push(name);
  const error = wrong[name];
  return error === undefined ? Promise.resolve() : Promise.reject(error);
};

const loaded = loadPlan({ cluster: idleCluster, profiles: [slowLink], seed: 1, set: {}, suites: [] });
const at = '../../../../scripts';
jest.unstable_mockModule('../../../../infra/components/docker/networks.ts', () => ({
  engineNetworks: () => Promise.resolve([]),
}));
const boundRun = await import('../../../../infra/plan/bound-run.ts');
jest.unstable_mockModule('../../../../infra/plan/bound-run.ts', () => ({
  ...boundRun,
  loadOrCreateBoundRun: () => {
    happened.push('bind');
    if (wrong['bind'] !== undefined) throw wrong['bind'];
    return boundForTest(loaded).run;
  },
}));
jest.unstable_mockModule(`${at}/teardown/lease-store.ts`, () => ({
  acquireLease: () => happened.push('lease'),
  releaseLease: () => happened.push('release lease'),
  keepLease: () => happened.push('keep'),
}));
jest.unstable_mockModule(`${at}/teardown/watcher.ts`, () => ({
  startWatcher: () => Promise.resolve({ pid: 1, release: () => step('release') }),
}));
jest.unstable_mockModule(`${at}/teardown/tear-down.ts`, () => ({
  lateMakersMs: 3000,
  tearDown: async ({ settleMs = 0 }: { settleMs?: number }) => {
    await step(settleMs === 0 ? 'tear down' : 'tear down, and wait for what comes late');
    return [];
  },
}));
jest.unstable_mockModule(`${at}/evidence/run-evidence.ts`, () => ({
  RunEvidence: class {
    open = (): Promise<void> => Promise.resolve();
    collect = (): Promise<void> => step('collect');
  },
}));
jest.unstable_mockModule(`${at}/rehearsal/bring-up.ts`, () => ({
  bringUp: async () => {
    await step('bring up');
    return { nodes, recorded: Promise.resolve() };
  },
}));
jest.unstable_mockModule(`${at}/rehearsal/compare-nodes.ts`, () => ({
  compareNodes: () => Promise.resolve([]),
}));
jest.unstable_mockModule(`${at}/suite/run-suites.ts`, () => ({
  runSuites: async () => {
    await step('suites');
    return [];
  },
}));
jest.unstable_mockModule(`${at}/faults/session.ts`, () => ({
  FaultSession: {
    open: async () => {
      await step('arm');
      return {
        away: new Set(),
        wake: () => Promise.resolve(),
        injectWholeRun: () => step('inject'),
        runSchedule: () => Promise.resolve(),
        finish: () => Promise.resolve({ receipts: [], leftovers: [], invalid: [] }),
        close: () => step('end leases'),
      };
    },
  },
}));
const { NotReadyError } = await import('../../../../scripts/rehearsal/readiness.ts');
const { perform } = await import('../../../../scripts/rehearsal/trial.ts');

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-trial-'));
  happened = [];
  wrong = {};
  nodes = new Map();
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test('a trial that runs to its end collects, ends the leases of its faults and takes everything down', async () => {
  expect(await performed()).toMatchObject({ failure: null, invalid: [], residue: [] });
  expect(happened.slice(-5)).toEqual(['suites', 'collect', 'end leases', 'tear down', 'release']);
});

test('the lease is there before the keys of its nodes, and goes where these cannot be made', async () => {
  await performed();
  expect(happened.slice(0, 2)).toEqual(['lease', 'bind']);
  happened = [];
  wrong = { bind: new HostError('pool-full', 'no subnet is free') };
  expect(await performed()).toMatchObject({ failure: wrong['bind'], suites: [], residue: [] });
  expect(happened).toEqual(['lease', 'bind', 'release lease']);
});

test('evidence that cannot be saved makes it invalid, and the rest is done all the same', async () => {
  wrong = { collect: new Error('ENOSPC'), 'end leases': new Error('socket hang up') };
  const { invalid, failure } = await performed();
  expect(failure).toBeNull();
  expect(invalid).toEqual([
    'saving the evidence did not work: ENOSPC',
    'ending the leases of the faults did not work: socket hang up',
  ]);
  expect(happened.slice(-4)).toEqual(['collect', 'end leases', 'tear down', 'release']);
});

test('a tear-down that throws is residue, never silence', async () => {
  wrong = { 'tear down': new Error('ENOSPC') };
  const { residue } = await performed();
  expect(residue).toEqual([expect.stringMatching(/^unknown: tear-down of .* ended early \(ENOSPC\)$/)]);
  expect(happened.at(-1)).toBe('release');
});

test('what goes wrong while faults are injected does not lose their leases', async () => {
  const failure = new HostError('h', 'the kernel refuses');
  wrong = { inject: failure };
  expect((await performed()).failure).toBe(failure);
  expect(happened).toContain('end leases');
  expect(happened).not.toContain('suites');
});

test('a node that does not become ready is no failure of the run: evidence and tear-down come as ever', async () => {
  wrong = { 'bring up': new NotReadyError('node-died', 'node-1 ended', ['no such table']) };
  expect(await performed()).toMatchObject({
    failure: null,
    down: ['node node-1 ended; it said last: “no such table”'],
    residue: [],
  });
  expect(happened.slice(-3)).toEqual(['collect', 'tear down, and wait for what comes late', 'release']);
});

const gone = fakeNode({
  state: () =>
    Promise.resolve({
      running: false,
      exitCode: 137,
      startedAt: null,
      finishedAt: '2026-11-25T08:13:09.5Z',
      outOfMemory: true,
    }),
  logs: () => Promise.resolve(Readable.from([Buffer.from('allocating\n')])),
});
const ended =
  'node c-1 ended at 08:13:09 UTC with exit code 137, killed for want of memory; it said last: “allocating”';

test('a node that ended while suites passed is named', async () => {
  nodes = new Map([['c-1', gone]]);
  expect(await performed()).toMatchObject({ failure: null, down: [ended], invalid: [] });
  expect(happened).toContain('tear down, and wait for what comes late');
});

test('what goes wrong because a node ended is no failure of the run, and told behind it', async () => {
  nodes = new Map([['c-1', gone]]);
  wrong = { inject: new Error('container is not running') };
  expect(await performed()).toMatchObject({
    failure: null,
    down: [ended],
    invalid: ['it went no further than that: container is not running'],
  });
});

test('what is wrong after the tear-down does not lose what was left by it', async () => {
  wrong = { 'tear down': new Error('EIO'), release: new Error('ENOSPC') };
  expect(await performed()).toMatchObject({
    failure: null,
    invalid: ['letting the watcher go did not work: ENOSPC'],
    residue: [expect.stringContaining('EIO')],
  });
});

test('an error that is nobody’s is told as what it is where the engine has gone', async () => {
  wrong = { suites: new Error('socket hang up') };
  const { failure } = await performed();
  expect(failure).toMatchObject({ code: 'engine-gone', exit: 69, cause: wrong['suites'] });
});

test.each([
  ['failed while nodes were being made', 'bring up', new HostError('h', 'no room')],
  ['was interrupted', 'suites', new InterruptedError('interrupted', 'Ctrl-C')],
])('one that %s waits for what the engine is still making', async (_how, where, error) => {
  wrong = { [where]: error };
  const { failure } = await performed();
  expect(failure).toBe(error);
  expect(happened).toContain('tear down, and wait for what comes late');
});

async function performed(): Promise<Trial> {
  const folder = new RunFolder(mkdtempSync(join(root, 'run-')));
  const never = new AbortController().signal;
  const stage: Stage = {
    engine: connectEngine({ url: 'unix:///nonexistent/docker.sock', namedBy: null, local: true }),
    host: { cgroupVersion: 1, seccompProfile: null },
    toolbox: 'toolbox',
    abilities: withoutNetem,
    progress: silentProgress,
    interrupts: { signal: never, skipCollecting: never, [Symbol.dispose]: () => undefined },
    faultDriver: () => {
      throw new Error('no fault is injected here');
    },
  };
  return await perform(
    { runId: 'r1', folder, recorder: new Recorder(folder) },
    { loaded, keep: 'never', pcap: false, golden: { mode: 'none', folder: join(root, 'golden') } },
    stage,
  );
}
