import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError, InterruptedError, withResidue } from '../../../../infra/errors.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { Recorder } from '../../../../scripts/evidence/recorder.ts';
import { RunFolder } from '../../../../scripts/evidence/run-folder.ts';
import type { BegunTrial } from '../../../../scripts/rehearsal/begun-trial.ts';
import type { Stage } from '../../../../scripts/rehearsal/stage.ts';
import type { Trial } from '../../../../scripts/rehearsal/trial.ts';
import { connectEngine } from '../../../../infra/components/docker/engine.ts';
import { silentProgress } from '../../../../scripts/progress.ts';
import { listenForInterrupts } from '../../../../scripts/teardown/interrupt.ts';
import { idleCluster, slowLink } from '../../../support/understudy.ts';

/** What each trial in turn ends with: the control first. */
let endings: Partial<Trial>[] = [];
let root = '';
jest.unstable_mockModule('../../../../scripts/rehearsal/trial.ts', () => ({
  perform: (begun: BegunTrial) => Promise.resolve({ ...begun, ...uneventful, ...endings.shift() }),
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
const { exitCode } = await import('../../../../scripts/rehearsal/verdict.ts');

const uneventful = {
  suites: [],
  receipts: [],
  parity: [],
  invalid: [],
  leftovers: [],
  residue: [],
  failure: null,
};
const before = process.env['XDG_CACHE_HOME'];
beforeEach(() => {
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
  await expect(rehearsed()).rejects.toMatchObject({
    exit: 3,
    message: 'no port\nleft behind: network us-r0; volume us-r1',
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

async function rehearsed(): ReturnType<typeof rehearse> {
  const loaded = loadPlan({ cluster: idleCluster, profiles: [slowLink], seed: 1, set: {}, suites: [] });
  using interrupts = listenForInterrupts();
  const stage: Stage = {
    engine: connectEngine(),
    host: { cgroupVersion: 1, seccompProfile: null },
    toolbox: 'toolbox',
    abilities: { netem: false, htb: true, nftables: true, nfqueue: true },
    progress: silentProgress,
    interrupts,
    faultDriver: () => {
      throw new Error('no fault is injected here');
    },
  };
  return await rehearse({ loaded, control: 'always', keep: 'never' }, stage);
}
