import { describe, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import { evictionDriver, noticeProgram } from '../../../../../scripts/faults/eviction/eviction-driver.ts';
import { unitsToSignal } from '../../../../../scripts/faults/eviction/signalled-units.ts';
import { MetadataArms, metadataOf } from '../../../../../scripts/faults/metadata/metadata-arms.ts';
import type { Hold } from '../../../../../scripts/faults/side-car/hold.ts';
import type { Victim } from '../../../../../scripts/faults/victim/victim.ts';
import { fakeNode } from '../../../../support/fake-node.ts';
import { fakeVictim } from '../../../../support/fake-victim.ts';
import { notice, recommendation, spot } from '../../../../support/faults.ts';

const scheduled = (fault: Fault): ScheduledFault => ({
  ...{ id: 'p/f', profile: 'p', fault, targets: ['node-1'], startMs: null, endMs: null },
});

/** What was done to a node, in order. */
async function told(
  parts: Partial<Victim> = {},
): Promise<{ readonly victim: Victim; readonly done: string[] }> {
  const done: string[] = [];
  const say = (what: string, words: readonly string[]): Promise<void> => {
    done.push(`${what} ${words.join(' ')}`);
    return Promise.resolve();
  };
  const real = await fakeVictim(parts);
  const hold: Pick<Hold, 'undo' | 'do' | 'start' | 'heal'> = {
    undo: (id, words) => void say(`undo ${id}`, words),
    do: async (words) => say('do', words),
    start: async (id, words) => {
      await say(`start ${id}`, words);
      return '';
    },
    heal: async (id) => say('heal', [id]),
  };
  const machine = {
    ...real.machine,
    signal: async (name: string) => say('signal', [name]),
    kill: async () => say('kill', []),
  };
  const access = fakeNode({
    exec: async (argv) => {
      await say('exec', argv);
      return { exitCode: 0, stdout: '', stderr: '' };
    },
  });
  real.hold.leave();
  return { done, victim: { ...real, machine, access, hold: Object.assign(real.hold, hold) } };
}

describe('the metadata service of a node', () => {
  test('comes address first, and each part is undone by itself, with the blackhole last', async () => {
    const { victim, done } = await told({ address: '198.18.0.11' });
    const arms = new MetadataArms([victim]);
    await arms.arm([scheduled(notice), scheduled(recommendation)]);
    expect(done.slice(0, 4)).toEqual([
      'undo metadata ip route del blackhole 169.254.169.254/32 proto 80',
      'do ip route add blackhole 169.254.169.254/32 proto 80',
      'undo metadata ip addr del 169.254.169.254/32 dev lo label lo:understudy',
      'do ip addr add 169.254.169.254/32 dev lo label lo:understudy',
    ]);
    expect(done[4]).toMatch(
      /^start metadata imds serve required 169\.254\.169\.254 instance-id=i-0[0-9a-f]{16} /,
    );
    expect(done).toHaveLength(5);
    expect(arms.scaffolding('node-1').come.length).toBeGreaterThan(0);
    await arms.release(new Set());
    expect(done.at(-1)).toBe('heal metadata');
    expect(arms.scaffolding('node-1')).toEqual({ come: [], gone: [] });
  });

  test('is on no other node', async () => {
    const { victim, done } = await told();
    const arms = new MetadataArms([victim]);
    await arms.arm([]);
    await arms.rearm('node-1', true);
    expect(done).toEqual([]);
  });

  test('says which machine it is: the same after a restart, another one in its place', () => {
    const [first, again, other] = [1, 1, 2].map((machines) =>
      metadataOf('worker-1', '198.18.0.11', machines),
    );
    expect(again).toEqual(first);
    expect(other).toEqual({ ...first, 'instance-id': other?.['instance-id'] });
    expect(other?.['instance-id']).not.toBe(first?.['instance-id']);
    expect(first).toMatchObject({ 'local-hostname': 'worker-1', 'local-ipv4': '198.18.0.11' });
    expect(Object.values(first ?? {}).join()).not.toMatch(/\s/);
  });
});

describe('an eviction', () => {
  const quick = { ...spot, noticeMs: 30, graceMs: 20 };
  const evict = async (victim: Victim, fault: Fault = quick, until?: AbortSignal): Promise<void> =>
    evictionDriver([victim], async () => Promise.resolve()).inject(scheduled(fault), [], until);

  test('announces itself, tells the units, and ends the machine', async () => {
    const { victim, done } = await told({ units: ['web', 'db.service', 'nightly.timer'] });
    await evict(victim);
    expect(done).toEqual([
      expect.stringMatching(
        /^start p\/f:node-1 imds interruption terminate \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
      ),
      'exec systemctl kill --kill-who=main --signal=QUIT web.service db.service',
      'kill ',
    ]);
  });

  test('tells an entrypoint where there are no units', async () => {
    const { victim, done } = await told();
    await evict(victim);
    expect(done.slice(1)).toEqual(['signal QUIT', 'kill ']);
  });

  test('goes no further when it is over before that', async () => {
    const { victim, done } = await told();
    const over = new AbortController();
    const evicting = evict(victim, { ...quick, noticeMs: 60_000 }, over.signal);
    over.abort();
    await expect(evicting).rejects.toThrow(/abort/);
    expect(done.slice(1)).toEqual([]);
  });

  test('tells one unit where it is named', async () => {
    const { victim } = await told({ units: ['web', 'db'] });
    expect(unitsToSignal('db', victim)).toEqual(['db.service']);
  });
});

test('a notice says what EC2 would say, to the second', () => {
  const now = new Date('2026-01-01T12:00:00.999Z');
  expect(noticeProgram(notice, now)).toEqual(['imds', 'interruption', 'terminate', '2026-01-01T12:02:00Z']);
  expect(noticeProgram({ ...notice, action: 'stop', inMs: 500 }, now)).toEqual([
    ...['imds', 'interruption', 'stop', '2026-01-01T12:00:01Z'],
  ]);
  expect(noticeProgram(recommendation, now)).toEqual(['imds', 'rebalance', '2026-01-01T12:00:00Z']);
});
