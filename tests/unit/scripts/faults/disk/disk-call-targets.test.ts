import { expect, test } from '@jest/globals';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { DiskCallFault } from '../../../../../infra/spec/fault.ts';
import { diskCallMeaning } from '../../../../../scripts/faults/disk/disk-call-meaning.ts';
import { DiskCallReader } from '../../../../../scripts/faults/disk/disk-call-targets.ts';
import { InForce } from '../../../../../scripts/faults/watch/in-force.ts';
import { TargetWatch, type Asked } from '../../../../../scripts/faults/watch/target-watch.ts';
import type { Victim } from '../../../../../scripts/faults/victim/victim.ts';
import type { NodeAccess, NodeProcess } from '../../../../../scripts/nodes/node.ts';
import { FakeSideCar } from '../../../../support/fake-kernel.ts';
import { fakeNode } from '../../../../support/fake-node.ts';
import { fakeVictim } from '../../../../support/fake-victim.ts';
import { corruptDisk, diskRate, forgetfulDisk, hungDisk, slowDisk } from '../../../../support/faults.ts';

const never = new AbortController().signal;
const one = { ms: [0.1], errors: 0, error: '', unanswered: 0, bits: 0, zeroed: 0 };
const answers: Readonly<Record<string, unknown>> = {
  calls: { write: one, fsync: one, read: one, stuck: 0 },
  flow: { flow: { answered: 4, errors: 0, ms: [1, 2, 1, 2] }, stuck: 0 },
  lose: { error: '', unsynchronised: 0, synchronised: 1, stuck: 0 },
};

/** A program that calls a disk, as far as what is said to it and what it says go. */
class FakeProbe {
  readonly heard: string[] = [];
  readonly #began: PassThrough[] = [];
  readonly #first: string;

  constructor(first = 'in') {
    this.#first = first;
  }

  get running(): number {
    return this.#began.filter(({ writableEnded }) => !writableEnded).length;
  }

  /** All of them, as when their node ends. */
  end(): void {
    for (const stdout of this.#began) stdout.end();
  }

  start(argv: readonly string[]): NodeProcess {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    this.heard.push(argv.join(' '));
    this.#began.push(stdout);
    stdout.write(`${this.#first}\n`);
    createInterface({ input: stdin }).on('line', (line) => {
      this.heard.push(line);
      stdout.write(`${JSON.stringify(answers[line.split(' ')[0] ?? ''])}\n`);
    });
    return {
      ...{ stdin, stdout, stderr: new PassThrough(), exited: new Promise<number>(() => undefined) },
      close: () => stdout.end(),
    };
  }
}

async function victim(node: string, probe: FakeProbe): Promise<Victim> {
  const sideCar = new FakeSideCar();
  const { access: hold } = sideCar;
  const access: NodeAccess = {
    ...hold,
    start: async (argv, options) =>
      argv[0] === 'diskprobe' ? Promise.resolve(probe.start(argv)) : hold.start(argv, options),
  };
  const inside = fakeNode({
    name: node,
    exec: () => Promise.resolve({ exitCode: 0, stdout: '9 4096 9\ncreate\nwrite \n', stderr: '' }),
  });
  return await fakeVictim(
    { node, access: inside, disks: ['/data', '/logs'] },
    Object.assign(sideCar, { access }),
  );
}

function asked(
  fault: DiskCallFault,
  moment: Asked<DiskCallFault>['moment'] = 'before',
): Asked<DiskCallFault> {
  const scheduled: ScheduledFault = {
    ...{ id: `p/${fault.name}`, profile: 'p', fault, targets: ['a:/data'], startMs: 0, endMs: 1 },
  };
  return { scheduled, fault, moment };
}

test.each<[kind: string, DiskCallFault, readonly string[]]>([
  ['disk.slow', slowDisk(50), ['diskprobe /data read 65536', 'calls 20 5000']],
  ['disk.hang', hungDisk, ['diskprobe /data read 65536', 'calls 2 1500']],
  ['disk.corrupt', corruptDisk, ['diskprobe /data understudy.dat 65536', 'calls 16 3000']],
  ['disk.rate', diskRate(1_048_576), ['diskprobe /data read 131072', 'flow 4 20000']],
  ['disk.lost-sync', forgetfulDisk, ['diskprobe /data read 65536', 'lose 1 3000']],
])(
  '%s is called in a way that shows it, by a process that is there since before it',
  async (_kind, fault, heard) => {
    const probe = new FakeProbe();
    const { scheduled } = asked(fault);
    const reader = new DiskCallReader([await victim('a', probe)], [scheduled]);
    await reader.read('a:/data', { scheduled, fault, moment: 'before' }, never);
    await reader.read('a:/data', { scheduled, fault, moment: 'during' }, never);
    expect(probe.heard).toEqual([...heard, heard[1]]);
    expect(probe.running).toBe(1);
    reader.leave(scheduled, 'a:/data');
    expect(probe.running).toBe(0);
  },
);

test('one whose node has been killed meanwhile is followed by another', async () => {
  const probe = new FakeProbe();
  const before = asked(forgetfulDisk);
  const reader = new DiskCallReader([await victim('a', probe)], [before.scheduled]);
  await reader.read('a:/data', before, never);
  probe.end();
  await new Promise((resolve) => setImmediate(resolve));
  const after = await reader.read('a:/data', { ...before, moment: 'after' }, never);
  expect(after.lost).toMatchObject({ unsynchronised: 0 });
  expect(probe.heard.filter((line) => line.startsWith('diskprobe'))).toHaveLength(2);
  reader.close();
  expect(probe.running).toBe(0);
});

test('beside it, the other disk of its node is called for as long as it is looked at, and other nodes are asked themselves', async () => {
  const probe = new FakeProbe();
  const { scheduled } = asked(hungDisk);
  const reader = new DiskCallReader([await victim('a', probe), await victim('b', probe)], [scheduled]);
  expect(reader.beside(['a:/data'])).toEqual(['a:/logs', 'b:/data']);
  const look = async (target: string, moment: 'before' | 'during') =>
    reader.read(target, { scheduled, fault: null, moment }, never);
  expect(await look('a:/logs', 'before')).toMatchObject({ calls: { stuck: 0 }, disk: null });
  expect(probe.running).toBe(1);
  await look('a:/logs', 'during');
  expect(probe.running).toBe(0);
  expect(await look('b:/data', 'before')).toMatchObject({ calls: null, disk: { freeInodes: 9 } });
});

test('a fault that does not come about leaves nobody inside', async () => {
  const probe = new FakeProbe();
  const { scheduled } = asked(hungDisk);
  const reader = new DiskCallReader([await victim('a', probe)], [scheduled]);
  const watch = new TargetWatch(diskCallMeaning, reader, [scheduled], new InForce(), never);
  const refused = watch.around(scheduled, async () => Promise.reject(new Error('not to be had')));
  await expect(refused).rejects.toThrow('not to be had');
  // Its own disk and the one beside it.
  expect(probe.heard.filter((line) => line.startsWith('diskprobe'))).toHaveLength(2);
  expect(probe.running).toBe(0);
});

test('before any fault nobody goes in; what cannot go in says why', async () => {
  const probe = new FakeProbe('err 28 no files can be made in /data: No space left on device');
  const before = asked(slowDisk(20));
  const reader = new DiskCallReader([await victim('a', probe)], [before.scheduled]);
  expect(await reader.read('a:/data', { ...before, moment: 'baseline' }, never)).toEqual(
    diskCallMeaning.unread,
  );
  expect(probe.heard).toEqual([]);
  await expect(reader.read('a:/data', before, never)).rejects.toThrow(
    /could not begin: err 28 no files can be made/,
  );
  expect(probe.running).toBe(0);
});
