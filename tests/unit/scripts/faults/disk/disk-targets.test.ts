import { describe, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import { diskMeaning, DiskReader, disksBeside } from '../../../../../scripts/faults/disk/disk-targets.ts';
import { InForce } from '../../../../../scripts/faults/watch/in-force.ts';
import { TargetWatch } from '../../../../../scripts/faults/watch/target-watch.ts';
import type { Victim } from '../../../../../scripts/faults/victim/victim.ts';
import { fakeNode } from '../../../../support/fake-node.ts';
import { fakeVictim } from '../../../../support/fake-victim.ts';
import { delay, inodes, space } from '../../../../support/faults.ts';

const never = new AbortController().signal;

/** A node whose disks have as many free blocks as is set here, by `node:/path`. */
async function victim(node: string, disks: readonly string[], blocks: Map<string, number>): Promise<Victim> {
  const access = fakeNode({
    name: node,
    exec: (argv) =>
      Promise.resolve({
        exitCode: 0,
        stdout: `${blocks.get(`${node}:${argv[4] ?? ''}`) ?? 1000} 4096 500\ncreate\nwrite \n`,
        stderr: '',
      }),
  });
  return await fakeVictim({ node, access, disks });
}

const scheduled = (id: string, fault: Fault, ...targets: readonly string[]): ScheduledFault => ({
  id,
  profile: 'p',
  fault,
  targets,
  startMs: 0,
  endMs: 1,
});

test('a change of a fault touches its own disks and those that are read beside them', async () => {
  const blocks = new Map<string, number>();
  const victims = [await victim('a', ['/data', '/logs'], blocks), await victim('b', ['/data'], blocks)];
  const full = scheduled('p/full', space(0), 'a:/data');
  const slow = scheduled('p/slow', delay(5), 'a->b');
  const watch = new TargetWatch(diskMeaning, new DiskReader(victims), [full, slow], new InForce(), never);
  expect(watch.touches(full)).toEqual(['a:/data', 'a:/logs', 'b:/data']);
  expect([full, slow].map((one) => watch.has(one))).toEqual([true, false]);
});

test('beside a disk are the others of its node, and the same one of other nodes', () => {
  const all = ['a:/data', 'a:/logs', 'b:/data', 'b:/logs', 'c:/other'];
  expect(disksBeside(['a:/data'], all)).toEqual(['a:/logs', 'b:/data']);
  expect(disksBeside(all, all)).toEqual([]);
});

describe('two faults on one disk', () => {
  const nearlyFull = scheduled('p/nearly-full', space(8192), 'a:/data');
  const noInodes = scheduled('p/no-inodes', inodes(0), 'a:/data');

  test('are read after both are gone: what one of them still holds is not what the other left', async () => {
    const blocks = new Map<string, number>();
    const victims = [await victim('a', ['/data'], blocks), await victim('b', ['/data'], blocks)];
    const inForce = new InForce();
    const faults = [nearlyFull, noInodes];
    const watch = new TargetWatch(diskMeaning, new DiskReader(victims), faults, inForce, never);
    for (const one of [nearlyFull, noInodes])
      await watch.around(one, () => {
        inForce.begin(one);
        blocks.set('a:/data', 2);
        return Promise.resolve();
      });
    inForce.end(nearlyFull);
    await watch.afterHeal(nearlyFull);
    inForce.end(noInodes);
    blocks.set('a:/data', 990);
    await watch.afterHeal(noInodes);
    // What happens later is no matter to what was read then.
    blocks.set('a:/data', 0);
    await watch.allOut();
    const judge = watch.judge();
    expect(judge.judged(nearlyFull, 'a:/data').measured).toMatchObject({
      before: 1000 * 4096,
      after: 990 * 4096,
    });
    expect(faults.map((one) => judge.whyNotBack(one, 'a:/data'))).toEqual(['', '']);
    expect(faults.map((one) => judge.beside(one))).toEqual([
      { bystanders: 1, touched: [] },
      { bystanders: 1, touched: [] },
    ]);
    for (const { hold } of victims) await hold.close();
  });
});
