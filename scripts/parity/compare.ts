import type { Allowance } from '../../infra/spec/cluster.ts';
import type { Facts } from '../../infra/spec/facts.ts';
import type { Difference } from './difference.ts';
import { allowed, families, type Judgement, type Part } from './families.ts';
import { isNewer } from './versions.ts';

/** What is known of a difference before anybody looks at it. */
export interface Intended {
  /** Environment variables that this run chose otherwise, with the words that did ("--set application=naive"). */
  readonly chosen: Readonly<Record<string, string>>;
  readonly allowances: readonly Allowance[];
}

/**
 * Pure: in what a node is not what the reference is, what blocks first. Host name, addresses and time of capture are no
 * likeness and are not compared. A thing too many counts as much as a thing too few: what only the test has hides what
 * production lacks.
 */
export function compare(
  node: string,
  expected: Facts,
  actual: Facts,
  intended: Intended,
): readonly Difference[] {
  const parts = Object.values(families).flatMap((family) => family(expected, actual));
  const rank = { blocking: 0, impossible: 1, allowed: 2 } as const;
  return parts
    .filter((part) => part.expected !== part.actual)
    .map(({ judgement, ...part }): Difference => ({
      node,
      ...part,
      ...considered(part, judgement, intended),
    }))
    .sort((a, b) => rank[a.class] - rank[b.class] || (a.fact < b.fact ? -1 : 1));
}

function considered(
  { fact, expected, actual }: Omit<Part, 'judgement'>,
  judgement: Judgement,
  { chosen, allowances }: Intended,
): Judgement {
  if (judgement.class !== 'blocking') return judgement;
  const words = fact.startsWith('environment.') ? chosen[fact.slice('environment.'.length)] : undefined;
  if (words !== undefined) return allowed(`this run was asked for it: ${words}`);
  const allowance = allowances.find(
    (one) => matches(one.fact, fact) && (!one.newer || isNewer(actual, expected)),
  );
  return allowance === undefined ? judgement : allowed(`the spec allows it: ${allowance.why}`);
}

function matches(pattern: string, fact: string): boolean {
  const parts = pattern.split('*').map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(fact);
}
