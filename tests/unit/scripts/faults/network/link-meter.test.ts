import { describe, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import { drawFor } from '../../../../../infra/plan/seed.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import { LinkMeter } from '../../../../../scripts/faults/network/link-meter.ts';
import { atOnceMs, FakeProbe } from '../../../../support/fake-probe.ts';
import { delay, jitter, loss, rate } from '../../../../support/faults.ts';
import { reading, sample } from '../../../../support/link-samples.ts';

const slow: ScheduledFault = {
  id: 'slow/rate',
  profile: 'slow',
  fault: rate(10),
  targets: ['a->b', 'b->a'],
  startMs: null,
  endMs: null,
};
const never = new AbortController().signal;
const anyLink = drawFor(1, 'bystanders');

/** Of two nodes, how fast the link from the first to the second is found in its nth flood; the other way is always fine. */
async function baselineRates(nth: (flood: number) => number): Promise<readonly (number | undefined)[]> {
  const always = new FakeProbe('a', '198.18.0.11', '198.18.0.12', { rate: () => 9e8 });
  // Its first listener is for probes.
  const sometimes = new FakeProbe('b', '198.18.0.12', '198.18.0.11', {
    rate: (listener) => nth(listener - 1),
  });
  const meter = new LinkMeter([always.point, sometimes.point], [slow], never, anyLink, atOnceMs);
  const readings = await meter.baseline();
  return ['b->a', 'a->b'].map((link) => readings.get(link)?.flood.bitsPerSecond);
}

test('a flood that a busy host did not get to is made again, and what was read at first stays', async () => {
  const rates = await baselineRates((flood) => (flood === 2 ? 4.5e8 : 0));
  expect(rates).toEqual([9e8, 4.5e8]);
});

test('a flood that shows less than twice what is to come is made again, and the most that a link carried counts', async () => {
  expect(await baselineRates((flood) => [4e6, 4.5e8, 1e6][flood - 1] ?? 0)).toEqual([9e8, 4.5e8]);
});

test('a link that no flood gets over has no rate, after a few of them', async () => {
  let floods = 0;
  const rates = await baselineRates((flood) => {
    floods = Math.max(floods, flood);
    return 0;
  });
  expect(rates).toEqual([9e8, NaN]);
  expect(floods).toBe(3);
});

test('a link that is to have no rate is not flooded: it would take the processor from those that are measured', async () => {
  const flooding: string[] = [];
  const probe = (node: string, address: string, from: string): FakeProbe =>
    new FakeProbe(node, address, from, {
      rate: () => 9e8,
      send: (argv) => {
        if (argv.includes('flood')) flooding.push(node);
        return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
      },
    });
  const points = [
    probe('a', '198.18.0.11', '198.18.0.12').point,
    probe('b', '198.18.0.12', '198.18.0.11').point,
  ];
  await new LinkMeter(points, [{ ...slow, targets: ['b->a'] }], never, anyLink, atOnceMs).baseline();
  expect(flooding).toEqual(['b']);
});

describe('after a heal', () => {
  const before = new Map(slow.targets.map((link) => [link, reading(sample(400, 0.1))]));

  /** How many probes are sent at a time for one reading of a link, by `read`. */
  async function sent(
    fault: Fault,
    read: (meter: LinkMeter, scheduled: ScheduledFault) => Promise<unknown>,
  ): Promise<readonly string[]> {
    const counts: string[] = [];
    const send = (argv: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> => {
      counts.push(argv[3] ?? '');
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
    };
    const received = (reading: number): number => [400][reading - 1] ?? 1500;
    const one = new FakeProbe('a', '198.18.0.11', '198.18.0.12', { received, send });
    const other = new FakeProbe('b', '198.18.0.12', '198.18.0.11', { received });
    const scheduled = { ...slow, fault };
    await read(new LinkMeter([one.point, other.point], [], never, anyLink, atOnceMs), scheduled);
    return counts;
  }

  test.each<[Fault, readonly string[]]>([
    [delay(20), ['400']],
    // That packets are not spread any more shows in a few of them.
    [jitter(20), ['400']],
    [loss(0.02), ['400', '1500']],
    // Too small for 1500 probes to tell that it is gone.
    [loss(0.004), ['400', ...Array.from({ length: 4 }, () => '1500')]],
  ])('links are probed until what stayed would be seen: %j', async (fault, counts) => {
    expect(await sent(fault, async (meter, one) => meter.healed([one], before))).toEqual(counts);
  });

  test('in a window they are, too, unless the next one comes before that could be done', async () => {
    const read = (msLeft: number) => async (meter: LinkMeter, one: ScheduledFault) =>
      meter.afterWindow(one, { links: one.targets, alone: [] }, before, () => msLeft);
    expect(await sent(loss(0.02), read(60_000))).toEqual(['400', '1500']);
    expect(await sent(loss(0.02), read(3_000))).toEqual(['400']);
  });
});

test('of faults of the whole run each link is probed as often as what is on it needs, and no other one more', async () => {
  const counts: Record<string, string[]> = { a: [], b: [] };
  const probe = (node: string, address: string, from: string): FakeProbe =>
    new FakeProbe(node, address, from, {
      received: () => 400,
      send: (argv) => {
        counts[node]?.push(argv[3] ?? '');
        return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
      },
    });
  const points = [
    probe('a', '198.18.0.11', '198.18.0.12').point,
    probe('b', '198.18.0.12', '198.18.0.11').point,
  ];
  const faults = [jitter(5), loss(0.5)].map((fault) => ({ ...slow, fault, targets: ['a->b'] }));
  const before = new Map(slow.targets.map((link) => [link, reading(sample(400, 0.1))]));
  await new LinkMeter(points, [], never, anyLink, atOnceMs).wholeRun(faults, before);
  expect(counts).toEqual({ a: ['2100', '7000'], b: ['400'] });
});

describe('a link that is late before any fault', () => {
  /** Of the nth reading. */
  async function baselineMs(nth: (reading: number) => number): Promise<{ ms: number; looks: number }> {
    const late = new FakeProbe('a', '198.18.0.11', '198.18.0.12', {
      received: () => 400,
      delayUs: (listener) => nth(listener) * 1000,
    });
    const other = new FakeProbe('b', '198.18.0.12', '198.18.0.11');
    const scheduled = { ...slow, fault: delay(20) };
    const meter = new LinkMeter([late.point, other.point], [scheduled], never, anyLink, atOnceMs);
    const readings = await meter.baseline();
    return { ms: readings.get('b->a')?.probes.delaysMs[0] ?? NaN, looks: late.started };
  }

  test('is looked at again: all that comes is held against it', async () => {
    expect(await baselineMs((reading) => (reading < 3 ? 4 : 0.1))).toEqual({ ms: 0.1, looks: 3 });
  });

  test('and stays so is as late as that', async () => {
    expect(await baselineMs(() => 4)).toEqual({ ms: 4, looks: 4 });
  });

  test('by as little as leaves room for a second time as much is looked at once', async () => {
    expect(await baselineMs(() => 0.9)).toEqual({ ms: 0.9, looks: 1 });
  });
});

describe('a link that is to be as before, and is late', () => {
  const before = new Map(slow.targets.map((link) => [link, reading(sample(400, 0.1))]));

  /** How late its probes come in its nth reading; of two links, the other is as ever. */
  async function lateMs(nth: (reading: number) => number): Promise<{ ms: number; looks: number }> {
    const late = new FakeProbe('a', '198.18.0.11', '198.18.0.12', {
      received: () => 400,
      delayUs: (listener) => nth(listener) * 1000,
    });
    const other = new FakeProbe('b', '198.18.0.12', '198.18.0.11', {
      received: () => 400,
      delayUs: () => 100,
    });
    const meter = new LinkMeter([late.point, other.point], [], never, anyLink, atOnceMs);
    const readings = await meter.healed([{ ...slow, fault: delay(20) }], before);
    return { ms: readings.get('b->a')?.probes.delaysMs[0] ?? NaN, looks: late.started };
  }

  test('for a moment is looked at again, and was the host’s', async () => {
    expect(await lateMs((reading) => (reading === 1 ? 20 : 0.1))).toEqual({ ms: 0.1, looks: 2 });
  });

  test('and stays so is late', async () => {
    expect(await lateMs(() => 20)).toEqual({ ms: 20, looks: 4 });
  });
});

describe('a link that is to be late, and is later', () => {
  const before = new Map(slow.targets.map((link) => [link, reading(sample(400, 0.1))]));
  const scheduled = { ...slow, fault: delay(20), targets: ['b->a'] };

  /** As read in a window, whose rest is `msLeft`, or for the whole run (null). */
  async function lateMs(
    msLeft: number | null,
    nth: (reading: number) => number,
  ): Promise<{ ms: number; looks: number }> {
    let looks = 0;
    const send = (argv: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> => {
      if (argv.includes('400')) looks += 1;
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
    };
    const late = new FakeProbe('a', '198.18.0.11', '198.18.0.12', {
      received: () => 400,
      // Beside a suite a reading of bystanders takes the second listener.
      delayUs: (listener) => nth(msLeft === null || listener === 1 ? listener : listener - 1) * 1000,
    });
    const other = new FakeProbe('b', '198.18.0.12', '198.18.0.11', {
      ...{ received: () => 400, delayUs: () => 100, send },
    });
    const meter = new LinkMeter([late.point, other.point], [scheduled], never, anyLink, atOnceMs);
    const readings =
      msLeft === null
        ? await meter.wholeRun([scheduled], before)
        : await meter.inWindow(
            scheduled,
            before,
            () => msLeft,
            () => true,
          );
    return { ms: readings.get('b->a')?.probes.delaysMs[0] ?? NaN, looks };
  }

  test.each([[null], [60_000]])('for a moment is looked at again (%s ms left)', async (msLeft) => {
    expect(await lateMs(msLeft, (reading) => (reading === 1 ? 26 : 20.1))).toEqual({ ms: 20.1, looks: 2 });
  });

  test('and stays so is later than was asked', async () => {
    expect(await lateMs(null, () => 26)).toEqual({ ms: 26, looks: 4 });
  });

  test('is not looked at again where its window leaves no time for it', async () => {
    expect(await lateMs(100, () => 26)).toEqual({ ms: 26, looks: 1 });
  });

  test('by as much as it may be, or by too little, is looked at once', async () => {
    expect(await lateMs(null, () => 21.5)).toEqual({ ms: 21.5, looks: 1 });
    expect(await lateMs(null, () => 0.1)).toEqual({ ms: 0.1, looks: 1 });
  });
});

test('a link beside a fault in a window, and one right after its heal, are looked at again where they are late', async () => {
  const before = new Map(['a->b', 'b->a'].map((link) => [link, reading(sample(400, 0.1))]));
  const scheduled = { ...slow, fault: delay(20), targets: ['a->b'] };
  const looked = async (
    lateReadings: number,
    read: (meter: LinkMeter) => ReturnType<LinkMeter['inWindow']>,
  ): Promise<number> => {
    const late = new FakeProbe('a', '198.18.0.11', '198.18.0.12', {
      received: () => 400,
      delayUs: (listener) => (listener <= lateReadings ? 20_000 : 100),
    });
    const other = new FakeProbe('b', '198.18.0.12', '198.18.0.11', {
      ...{ received: () => 400, delayUs: () => 20_100 },
    });
    const readings = await read(
      new LinkMeter([late.point, other.point], [scheduled], never, anyLink, atOnceMs),
    );
    return readings.get('b->a')?.probes.delaysMs[0] ?? NaN;
  };
  const noEnd = (): number => 60_000;
  const inWindow = (untouched: boolean) => async (meter: LinkMeter) =>
    meter.inWindow(scheduled, before, noEnd, () => untouched);
  const afterWindow = (alone: readonly string[]) => async (meter: LinkMeter) =>
    meter.afterWindow({ ...scheduled, targets: ['b->a'] }, { links: ['b->a'], alone }, before, noEnd);
  // The fault's own link takes the first listener, the one beside it the second.
  expect(await looked(2, inWindow(true))).toBe(0.1);
  expect(await looked(9, inWindow(true))).toBe(20);
  expect(await looked(2, inWindow(false))).toBe(NaN);
  expect(await looked(1, afterWindow(['b->a']))).toBe(0.1);
  expect(await looked(1, afterWindow([]))).toBe(20);
});
