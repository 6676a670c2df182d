import { beforeAll, describe, expect, test } from '@jest/globals';
import { labelledObjects } from '../../support/engine.ts';
import { idleCluster, rehearsal, slowLink, understudy } from '../../support/understudy.ts';

const asked = [
  'thumbnails',
  '--profile',
  'degraded-network',
  '--profile',
  'low-disk',
  '--seed',
  '7',
] as const;

describe('the bundled cluster on a degraded network with its disks filling up', () => {
  let first: Awaited<ReturnType<typeof rehearsal>>;
  beforeAll(async () => {
    first = await rehearsal(asked);
  });

  test('passes, with exit 0', () => {
    expect({ exit: first.exitCode, verdict: first.verdict.verdict, why: first.verdict.why }).toEqual({
      exit: 0,
      verdict: 'pass',
      why: [],
    });
  });

  test('has a receipt of every fault on every target, and each of them holds', () => {
    const { receipts } = first.verdict;
    // 5 nodes: 20 directed links with 4 network kinds each; 3 workers with one disk and 3 disk faults each.
    expect(receipts).toHaveLength(20 * 4 + 3 * 3);
    const broken = receipts.filter(({ ok, bystandersOk, healedOk }) => !(ok && bystandersOk && healedOk));
    expect(broken).toEqual([]);
  });

  test('stands beside a control that passed without faults', () => {
    expect(first.verdict.control?.verdict).toBe('pass');
  });

  test('leaves nothing behind', async () => {
    expect(first.verdict.residue).toEqual([]);
    expect(await labelledObjects()).toEqual([]);
  });

  test('has the same plan and schedule whenever it is planned', async () => {
    const { stdout } = await understudy(['run', ...asked, '--dry-run', '--json']);
    const { planHash, scheduleHash } = first.verdict;
    expect(JSON.parse(stdout)).toMatchObject({ planHash, scheduleHash });
  });
});

test('the naive application fails under the same profiles, at named assertions, while every receipt holds', async () => {
  const naive = ['--set', 'application=naive', '--suite', 'thumbnails'] as const;
  const { exitCode, verdict } = await rehearsal([...asked, ...naive]);
  expect({ exitCode, verdict: verdict.verdict, control: verdict.control?.verdict }).toEqual({
    exitCode: 1,
    verdict: 'fail',
    control: 'pass',
  });
  const failed = verdict.suites.flatMap(({ tests }) => tests.filter(({ status }) => status === 'failed'));
  expect(failed.map(({ name }) => name).join('\n')).toMatch(/every picture has its thumbnail/);
  expect(verdict.receipts.filter(({ ok }) => !ok)).toEqual([]);
});

test('a control that passed stands for the next run of the same plan', async () => {
  const twice = [idleCluster, '--profile', slowLink] as const;
  await rehearsal(twice);
  const { verdict } = await rehearsal(twice);
  expect(verdict).toMatchObject({ verdict: 'pass', control: { verdict: 'pass', cached: true } });
});
