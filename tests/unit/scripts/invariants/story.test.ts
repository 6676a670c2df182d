import { describe, expect, test } from '@jest/globals';
import type { PlannedInvariant } from '../../../../infra/plan/plan.ts';
import { InvariantStory, type Answer } from '../../../../scripts/invariants/story.ts';

function planned(changes: Partial<PlannedInvariant> = {}): PlannedInvariant {
  return {
    name: 'answers',
    role: 'worker',
    nodes: ['worker-1', 'worker-2'],
    holdsOn: 'each',
    command: ['true'],
    everyMs: 1_000,
    timeoutMs: 500,
    during: 'always',
    settleMs: 0,
    recoversWithinMs: null,
    ...changes,
  };
}

const good = (node: string, fromMs: number, tookMs = 50): Answer => ({
  ...{ node, fromMs, toMs: fromMs + tookMs, holds: true, exitCode: 0, words: '' },
});
const bad = (node: string, fromMs: number): Answer => ({
  ...{ node, fromMs, toMs: fromMs + 50, holds: false, exitCode: 3, words: 'no' },
});

describe('what is to hold always', () => {
  test('is violated by one bad answer, under a fault too, and the fault is named', () => {
    const story = new InvariantStory(planned());
    expect(story.heard([good('worker-1', 0), good('worker-2', 0, 80)])).toEqual([]);
    story.faultCame('p/full', 900, true);
    const at = {
      nodes: ['worker-2'],
      fromMs: 1_000,
      toMs: null,
      exitCode: 3,
      words: 'no',
      faults: ['p/full'],
    };
    expect(story.heard([good('worker-1', 1_000), bad('worker-2', 1_000)])).toEqual([
      { to: 'violated', at: { ...at, violatedAtMs: 1_000 } },
    ]);
    expect(story.heard([bad('worker-2', 2_000)])).toEqual([]);
    expect(story.heard([good('worker-2', 3_000)])).toEqual([
      { to: 'holds', nodes: ['worker-2'], brokenMs: 2_050 },
    ]);
    expect(story.outcome(4_000)).toMatchObject({
      ...{ answers: 6, slowestMs: 80, broke: 1, violations: 1 },
      breaks: [{ ...at, toMs: 3_050, violatedAtMs: 1_000 }],
    });
  });

  test('on one of several nodes, is broken where none of them answers well, and those who are away count for nothing', () => {
    const story = new InvariantStory(planned({ holdsOn: 'any' }));
    expect(story.heard([bad('worker-1', 0), good('worker-2', 0)])).toEqual([]);
    expect(story.heard([])).toEqual([]);
    expect(story.heard([bad('worker-1', 2_000)])).toMatchObject([
      { to: 'violated', at: { nodes: ['worker-1'] } },
    ]);
    expect(story.heard([bad('worker-1', 3_000), good('worker-2', 3_000)])).toEqual([
      { to: 'holds', nodes: ['worker-1', 'worker-2'], brokenMs: 1_050 },
    ]);
  });
});

describe('what is to hold without faults', () => {
  const calm = planned({ during: 'no-fault', settleMs: 2_000 });

  test('may break under a fault and until it has settled, and is violated where it then still does not hold', () => {
    const story = new InvariantStory(calm);
    story.faultCame('p/cut', 500, true);
    expect(story.heard([bad('worker-1', 1_000)])).toMatchObject([
      { to: 'broken', at: { violatedAtMs: null } },
    ]);
    story.faultWent('p/cut', 2_000);
    expect(story.heard([bad('worker-1', 3_900)])).toEqual([]);
    expect(story.heard([bad('worker-1', 4_001)])).toMatchObject([
      { to: 'violated', at: { fromMs: 1_000, violatedAtMs: 4_001, faults: [] } },
    ]);
    expect(story.outcome(5_000)).toMatchObject({ broke: 1, violations: 1 });
  });

  test('is not violated by an answer that was asked for before a fault came and given after', () => {
    const story = new InvariantStory(calm);
    story.faultCame('p/cut', 1_020, true);
    expect(story.heard([bad('worker-1', 1_000)])).toMatchObject([{ to: 'broken' }]);
  });

  test('is violated where no fault came at all', () => {
    expect(new InvariantStory(calm).heard([bad('worker-1', 0)])).toMatchObject([{ to: 'violated' }]);
  });
});

describe('how soon it holds again', () => {
  const limited = planned({ nodes: ['worker-1'], recoversWithinMs: 3_000 });

  function healed(changes: Partial<PlannedInvariant> = {}): InvariantStory {
    const story = new InvariantStory({ ...limited, ...changes });
    story.faultCame('p/kill', 500, true);
    story.heard([bad('worker-1', 1_000)]);
    story.faultWent('p/kill', 2_000);
    return story;
  }

  test('is the time from the heal to the first good answer that was asked for after it', () => {
    const story = healed();
    expect(story.isUnsettled(2_500)).toBe(true);
    story.heard([bad('worker-1', 3_000)]);
    story.heard([good('worker-1', 4_000)]);
    expect(story.isUnsettled(4_100)).toBe(false);
    expect(story.outcome(5_000).recoveries).toEqual([
      { fault: 'p/kill', healedAtMs: 2_000, broke: true, afterMs: 2_050, limitMs: 3_000, ok: true, why: '' },
    ]);
  });

  test('is not what was asked for before the heal, which may have been answered before it', () => {
    const story = healed();
    story.heard([good('worker-1', 1_990)]);
    expect(story.outcome(2_100).recoveries).toMatchObject([{ afterMs: null }]);
  });

  test('is late beyond the limit, whether it then holds or not', () => {
    const late = healed();
    late.heard([good('worker-1', 5_100)]);
    expect(late.outcome(6_000).recoveries).toMatchObject([{ afterMs: 3_150, ok: false }]);
    const never = healed();
    never.heard([bad('worker-1', 5_100)]);
    expect(never.outcome(6_000).recoveries).toMatchObject([
      { afterMs: null, ok: false, why: 'it had not for 4000 ms when the run ended' },
    ]);
  });

  test('is not known where another fault comes or goes first, and is no fault of it within its time', () => {
    const story = healed();
    story.faultCame('p/full', 3_000, true);
    expect(story.outcome(9_000).recoveries).toMatchObject([
      { afterMs: null, ok: true, why: 'p/full came 1000 ms later' },
    ]);
  });

  test('is nothing where neither fault nor heal broke it', () => {
    const story = new InvariantStory(limited);
    story.faultCame('p/kill', 500, true);
    story.faultWent('p/kill', 2_000);
    story.heard([good('worker-1', 2_100)]);
    expect(story.outcome(3_000).recoveries).toMatchObject([{ broke: false, afterMs: 0, ok: true }]);
  });

  test('is looked for after the last heal alone, where it need not hold under faults', () => {
    const story = new InvariantStory({ ...limited, during: 'no-fault', settleMs: 1_000 });
    story.faultCame('p/a', 100, true);
    story.faultCame('p/b', 200, true);
    story.faultWent('p/a', 1_000);
    story.faultWent('p/b', 2_000);
    expect(story.outcome(2_000).recoveries.map(({ fault }) => fault)).toEqual(['p/b']);
  });

  test('has no limit while another fault in a window is there, and has it beside those of the whole run', () => {
    const limits = [true, false].map((isWindow) => {
      const story = new InvariantStory(limited);
      story.faultCame('p/other', 0, isWindow);
      story.faultCame('p/kill', 500, true);
      story.heard([bad('worker-1', 1_000)]);
      story.faultWent('p/kill', 2_000);
      story.heard([bad('worker-1', 9_000)]);
      return story.outcome(9_100).recoveries.map(({ fault, limitMs, ok }) => ({ fault, limitMs, ok }));
    });
    expect(limits).toEqual([
      [{ fault: 'p/kill', limitMs: null, ok: true }],
      [{ fault: 'p/kill', limitMs: 3_000, ok: false }],
    ]);
  });

  test('is not waited for for ever', () => {
    const story = healed({ recoversWithinMs: null });
    story.heard([bad('worker-1', 3_000)]);
    expect(story.isUnsettled(4_900)).toBe(true);
    expect(story.isUnsettled(5_100)).toBe(false);
  });
});
