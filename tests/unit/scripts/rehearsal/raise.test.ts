import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine } from '../../../../infra/components/docker/engine.ts';
import { HostError, InterruptedError } from '../../../../infra/errors.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { RunFolder } from '../../../../scripts/evidence/run-folder.ts';
import { silentProgress } from '../../../../scripts/progress.ts';
import { boundForTest } from '../../../support/bound-plan.ts';
import { idleCluster } from '../../../support/understudy.ts';

/** What happened, in its order, what goes wrong on the way, and what tear-down leaves. */
let happened: string[] = [];
let wrong: Record<string, Error> = {};
let residue: string[] = [];
const step = (name: string): Promise<void> => {
  happened.push(name);
  const error = wrong[name];
  return error === undefined ? Promise.resolve() : Promise.reject(error);
};

const loaded = loadPlan({ cluster: idleCluster, profiles: [], seed: 1, set: {}, suites: [] });
const at = '../../../../scripts';
jest.unstable_mockModule(`${at}/rehearsal/held-run.ts`, () => ({
  holdRun: async () => {
    await step('hold');
    return { bound: boundForTest(loaded), watcher: { pid: 1, release: () => step('release') } };
  },
  takeDown: async () => {
    await step('take down');
    return residue;
  },
}));
jest.unstable_mockModule(`${at}/rehearsal/provision.ts`, () => ({
  provision: async () => {
    await step('provision');
    return { nodes: new Map(), recorded: step('record') };
  },
}));
jest.unstable_mockModule(`${at}/rehearsal/cluster-ready.ts`, () => ({ clusterReady: () => step('ready') }));
jest.unstable_mockModule(`${at}/teardown/lease-store.ts`, () => ({
  keepLease: (_run: string, _why: string, until: string) => step(`keep until ${until}`),
}));
const { raise } = await import('../../../../scripts/rehearsal/raise.ts');

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-raise-'));
  happened = [];
  wrong = {};
  residue = [];
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test('a cluster that is ready is kept for its time, counted from its making, and left by its watcher', async () => {
  const { handle } = await raised();
  expect(handle.nodes.map(({ name }) => name)).toEqual(['node-1', 'node-2', 'node-3']);
  const until = new Date(Date.parse(boundForTest(loaded).run.created) + 60_000).toISOString();
  expect(happened).toEqual(['hold', 'provision', 'record', 'ready', `keep until ${until}`, 'release']);
});

test.each(['provision', 'record', 'ready'])('one whose way ends at "%s" is taken down', async (where) => {
  wrong = { [where]: new HostError('h', 'no room') };
  await expect(raised()).rejects.toBe(wrong[where]);
  expect(happened.slice(-2)).toEqual(['take down', 'release']);
});

test('what is left then is said', async () => {
  wrong = { ready: new HostError('h', 'no room') };
  residue = ['network us-r1'];
  await expect(raised()).rejects.toMatchObject({ exit: 3, message: 'no room\nleft behind: network us-r1' });
});

test('an interruption is told as that, whatever broke off by it', async () => {
  wrong = { ready: new DOMException('The operation was aborted', 'AbortError') };
  const reason = new InterruptedError('interrupted', 'interrupted by SIGINT');
  await expect(raised(AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(happened.slice(-2)).toEqual(['take down', 'release']);
});

async function raised(signal = new AbortController().signal): ReturnType<typeof raise> {
  return await raise({
    engine: connectEngine(),
    host: { cgroupVersion: 1, seccompProfile: null },
    toolbox: 'toolbox',
    progress: silentProgress,
    interrupts: { signal, skipCollecting: signal, [Symbol.dispose]: () => undefined },
    loaded,
    runId: 'r1',
    folder: new RunFolder(mkdtempSync(join(root, 'run-'))),
    ttlMs: 60_000,
  });
}
