import { expect, test } from '@jest/globals';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../infra/places.ts';
import { CoreDump, corePatternOf, whyNoCores } from '../../../scripts/evidence/core-dump.ts';
import { connectEngine } from '../../../infra/components/docker/engine.ts';
import { labelledObjects } from '../../support/engine.ts';
import { startRehearsal } from '../../support/live-run.ts';
import { rehearsal } from '../../support/understudy.ts';
import { until } from '../../support/until.ts';

const cluster = join(packageRoot, 'tests/support/clusters/crashing/cluster.yaml');

test('who crashed leaves a core where its account may, and it is said where it may not, or where the host keeps cores', async () => {
  const { verdict } = await rehearsal([cluster]);
  expect({ verdict: verdict.verdict, why: verdict.why, residue: verdict.residue }).toEqual({
    ...{ verdict: 'pass', why: [], residue: [] },
  });
  const read = (name: string): Buffer => readFileSync(join(verdict.runFolder, name));
  const cores = z.array(CoreDump).parse(JSON.parse(read('cores.json').toString()));
  const of = (name: string): CoreDump | undefined => cores.find((one) => one.name.startsWith(name));
  expect(of('crasher')).toMatchObject({ node: 'keeping-1', signal: 'SIGSEGV' });
  expect(of('homeless')).toMatchObject({ node: 'keeping-1', signal: 'SIGABRT', file: null });
  const why = whyNoneHere();
  if (why === null) {
    const file = of('crasher')?.file ?? '';
    expect(read(file).subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    // ET_CORE.
    expect(read(file).readUInt16LE(16)).toBe(4);
    expect(statSync(join(verdict.runFolder, file))).toMatchObject({ size: of('crasher')?.bytes });
    expect(statSync(join(verdict.runFolder, file)).mode & 0o777).toBe(0o600);
    expect(of('homeless')?.absent).toMatch(/No such file/);
  } else {
    expect(of('crasher')).toMatchObject({ file: null, absent: why });
  }
  const page = read('report.html').toString();
  expect(page).toContain('2 processes crashed');
  expect(page).toContain('nothing in these files is redacted');
});

test('the watcher of a controller that was killed keeps cores of nodes that run and of one that has ended by its crash', async () => {
  const run = await startRehearsal([join(packageRoot, 'tests/support/clusters/crashing/ended.yaml')]);
  await run.event('"suite.start"');
  await until('mortal-1 has ended', async () => {
    const { State } = await connectEngine().getContainer(run.container('mortal-1')).inspect();
    return State.Running ? null : State.ExitCode;
  });
  process.kill(-run.pid, 'SIGKILL');
  await until('the watcher has done its work', async () =>
    Promise.resolve(existsSync(join(run.folder, 'aborted.json')) ? true : null),
  );
  expect(await labelledObjects()).toEqual([]);
  const read = (name: string): Buffer => readFileSync(join(run.folder, name));
  const cores = z.array(CoreDump).parse(JSON.parse(read('cores.json').toString()));
  const why = whyNoneHere();
  for (const [node, name] of [
    ['keeping-1', 'crasher'],
    ['mortal-1', 'mortal-1'],
  ] as const) {
    const core = cores.find((one) => one.node === node && one.name.startsWith(name));
    expect(core).toMatchObject({ signal: 'SIGSEGV', absent: why ?? '' });
    if (why !== null) continue;
    const file = read(core?.file ?? '');
    expect(file.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(file).toHaveLength(core?.bytes ?? 0);
  }
});

function whyNoneHere(): string | null {
  const sysctl = (name: string): string => readFileSync(`/proc/sys/kernel/${name}`, 'utf8');
  return whyNoCores(corePatternOf(sysctl('core_pattern'), sysctl('core_uses_pid')));
}
