import { expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import { diskDriver } from '../../../../../scripts/faults/disk/disk-driver.ts';
import { DiskLayers } from '../../../../../scripts/faults/disk/disk-layers.ts';
import { leftovers } from '../../../../../scripts/faults/heal/fingerprint.ts';
import { FakeSideCar } from '../../../../support/fake-kernel.ts';
import { fakeVictim } from '../../../../support/fake-victim.ts';
import { failingDisk, hungDisk, slowDisk, space } from '../../../../support/faults.ts';

const scheduled = (fault: Fault, ...targets: readonly string[]): ScheduledFault => ({
  ...{ id: `p/${fault.name}`, profile: 'p', fault, targets, startMs: null, endMs: null },
});
const mounted = 'mount /data rw,relatime rw,user_id=0,group_id=0,default_permissions,allow_other';

test('each disk that calls are to meet something on gets one layer, which its fingerprint may show until it is gone', async () => {
  const layers = new DiskLayers([await fakeVictim({ node: 'a' }), await fakeVictim({ node: 'b' })]);
  await layers.arm([
    scheduled(slowDisk(50), 'a:/data'),
    scheduled(hungDisk, 'a:/data', 'a:/logs'),
    scheduled(space(0), 'b:/data'),
  ]);
  const shown = (node: string, ...lines: readonly string[]): readonly string[] =>
    leftovers(node, [], lines, layers.scaffolding(node));
  expect(shown('a', mounted, mounted.replace('/data', '/logs'))).toEqual([]);
  expect(shown('a', mounted, mounted)).toEqual([`a: ${mounted}`]);
  expect(shown('a', mounted.replace('/data', '/other'))).toHaveLength(1);
  expect(shown('b', mounted)).toEqual([`b: ${mounted}`]);
});

test('a layer that still serves after it was taken away is named', async () => {
  const sideCar = new FakeSideCar();
  const victim = await fakeVictim(
    { node: 'a' },
    Object.assign(sideCar, {
      access: {
        ...sideCar.access,
        exec: () =>
          Promise.resolve({
            exitCode: 16,
            stdout: 'err 16 the layer in front of /data still serves:\nsh (process 7) has /data/x open\n',
            stderr: '',
          }),
      },
    }),
  );
  const layers = new DiskLayers([victim]);
  await layers.arm([scheduled(slowDisk(50), 'a:/data')]);
  await expect(layers.release(new Set())).rejects.toThrow(
    /a: .*still serves: sh \(process 7\) has \/data\/x open/,
  );
});

test.each<[string, { exitCode: number; stdout: string }]>([
  ['somebody', { exitCode: 0, stdout: 'sh (process 7) has /data/log open\n' }],
  ['it is not known who', { exitCode: 1, stdout: 'err 2 /data: No such file or directory\n' }],
])('where %s has files open since before the layer came, no fault is put there', async (_who, answer) => {
  const sideCar = new FakeSideCar();
  const access = { ...sideCar.access, exec: () => Promise.resolve({ ...answer, stderr: '' }) };
  const victim = await fakeVictim({ node: 'a' }, Object.assign(sideCar, { access }));
  const one = scheduled(failingDisk(1), 'a:/data');
  await expect(diskDriver([victim]).inject(one, [one])).rejects.toThrow(answer.stdout.trim());
});
