import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { FaultKind } from '../../infra/spec/fault.ts';
import { everyKindProfile, kindsCluster } from '../support/every-kind.ts';

/** As far as it is read here. */
const Spec = z.looseObject({
  roles: z.record(z.string(), z.looseObject({ image: z.string() })),
  dependencies: z.record(z.string(), z.unknown()),
});

/** Files of a cluster and a profile, as texts. */
export interface TrimmedSpec {
  readonly cluster: string;
  readonly profile: string;
}

/**
 * Pure, but for the spec that it reads: of the cluster of every kind, the nodes that these kinds are on, numbered anew; all thirty
 * take a small machine a minute to come up.
 */
export function trimmedTo(kinds: readonly FaultKind[]): TrimmedSpec {
  const spec = Spec.parse(parse(readFileSync(kindsCluster, 'utf8')));
  const text = everyKindProfile((kind) => kinds.includes(kind));
  const numbers = new Map(Object.keys(spec.roles).map((role) => [role, numbersOf(role, text)]));
  const profile = text.replaceAll(/\b([a-z]+)-(\d+)\b/g, (name, role: string, number: string) => {
    const at = numbers.get(role)?.indexOf(Number(number));
    return at === undefined ? name : `${role}-${at + 1}`;
  });
  const roles = Object.entries(spec.roles).flatMap(([role, rest]) => {
    // Two nodes make a cluster that has links, whatever the kinds are.
    const count = Math.max(numbers.get(role)?.length ?? 0, role === 'node' ? 2 : 0);
    const image = join(dirname(kindsCluster), rest.image);
    return count === 0 ? [] : [[role, { ...rest, count, image }] as const];
  });
  const dependencies = Object.entries(spec.dependencies).filter(([name]) => text.includes(`name: ${name}\n`));
  const cluster = stringify({
    ...spec,
    roles: Object.fromEntries(roles),
    dependencies: Object.fromEntries(dependencies),
    // Longer than the latest moment: by then all of them are in force.
    suites: { wait: { command: ['sleep', '30'] } },
  });
  return { cluster, profile };
}

/** Of the nodes of a role that a profile names, in order. */
function numbersOf(role: string, profile: string): readonly number[] {
  const named = [...profile.matchAll(new RegExp(`\\b${role}-(\\d+)\\b`, 'g'))];
  return [...new Set(named.map(([, number]) => Number(number)))].sort((a, b) => a - b);
}
