import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PlannedInvariant } from '../../infra/plan/plan.ts';
import { InvariantStory, type Answer } from '../../scripts/invariants/story.ts';

const nodes = ['a-1', 'a-2', 'a-3'] as const;
const everyMs = 1_000;

/** Rounds of answers, each of all nodes: true holds. */
const rounds = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), { maxLength: 30 });

function planned(changes: Partial<PlannedInvariant>): PlannedInvariant {
  return {
    ...{
      name: 'i',
      role: 'a',
      nodes: [...nodes],
      holdsOn: 'each',
      command: ['true'],
      everyMs,
      timeoutMs: 500,
    },
    ...{ during: 'always', settleMs: 0, recoversWithinMs: null },
    ...changes,
  };
}

function answers(round: readonly boolean[], at: number): readonly Answer[] {
  const [fromMs, toMs] = [at * everyMs, at * everyMs + 50];
  return nodes.map((node, index) => {
    const holds = round[index] === true;
    return { node, fromMs, toMs, holds, exitCode: holds ? 0 : 1, words: '' };
  });
}

/** How often false comes after true, or first. */
function breaks(holding: readonly boolean[]): number {
  return holding.filter((holds, at) => !holds && holding[at - 1] !== false).length;
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

test('what is to hold always is violated once for each time that it breaks on a node, whatever faults there are', () => {
  fc.assert(
    fc.property(rounds, fc.option(fc.nat(30)), (all, fault) => {
      const story = new InvariantStory(planned({}));
      for (const [at, round] of all.entries()) {
        if (at === fault) story.faultCame('p/f', at * everyMs, true);
        story.heard(answers(round, at));
      }
      const outcome = story.outcome(all.length * everyMs);
      const expected = sum(nodes.map((_, index) => breaks(all.map((round) => round[index] === true))));
      expect(outcome).toMatchObject({
        broke: expected,
        violations: expected,
        answers: all.length * nodes.length,
      });
    }),
  );
});

test('what one of several nodes is enough for breaks where none of them is good', () => {
  fc.assert(
    fc.property(rounds, (all) => {
      const story = new InvariantStory(planned({ holdsOn: 'any' }));
      for (const [at, round] of all.entries()) story.heard(answers(round, at));
      const expected = breaks(all.map((round) => round.includes(true)));
      expect(story.outcome(0)).toMatchObject({ broke: expected, violations: expected });
    }),
  );
});

test('what is to hold without faults is not violated while one is there, and as the other one where there is none', () => {
  fc.assert(
    fc.property(rounds, (all) => {
      const [under, without, always] = [
        new InvariantStory(planned({ during: 'no-fault', settleMs: 100 })),
        new InvariantStory(planned({ during: 'no-fault', settleMs: 100 })),
        new InvariantStory(planned({})),
      ];
      under.faultCame('p/f', 0, true);
      for (const story of [under, without, always])
        for (const [at, round] of all.entries()) story.heard(answers(round, at));
      expect(under.outcome(0).violations).toBe(0);
      expect(without.outcome(0).violations).toBe(always.outcome(0).violations);
      expect(under.outcome(0).broke).toBe(always.outcome(0).broke);
    }),
  );
});

test('after a heal it held again with the first good answer of the last node, or never broke', () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }),
      (before, downFor) => {
        const story = new InvariantStory(planned({}));
        story.faultCame('p/f', 0, true);
        story.heard(answers(before, 1));
        story.faultWent('p/f', 1_500);
        for (let at = 2; at < 12; at += 1)
          story.heard(
            answers(
              downFor.map((rounds) => at - 2 >= rounds),
              at,
            ),
          );
        const [recovery] = story.outcome(12_000).recoveries;
        const longest = Math.max(...downFor);
        const isBroken = before.includes(false) || longest > 0;
        // Of a node that never broke the first good answer says nothing of how long.
        const ms = nodes.map((_, index) =>
          before[index] === false || (downFor[index] ?? 0) > 0
            ? ((downFor[index] ?? 0) + 2) * everyMs + 50 - 1_500
            : 0,
        );
        expect(recovery).toMatchObject({ broke: isBroken, afterMs: Math.max(...ms) });
      },
    ),
  );
});
