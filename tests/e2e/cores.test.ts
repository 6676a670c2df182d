import { expect, test } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';
import { CoreDump, corePatternOf, whyNoCores } from '../../scripts/evidence/core-dump.ts';
import { rehearsal } from '../support/understudy.ts';

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
  const sysctl = (name: string): string => readFileSync(`/proc/sys/kernel/${name}`, 'utf8');
  const why = whyNoCores(corePatternOf(sysctl('core_pattern'), sysctl('core_uses_pid')));
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
