import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../infra/places.ts';
import type { LoadedPlan, PlannedNode } from '../../infra/plan/plan.ts';
import type { Facts } from '../../infra/spec/facts.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { compare } from './compare.ts';
import type { Difference } from './difference.ts';
import { factsOf } from './probe-output.ts';
import { messageOf } from '../../infra/errors.ts';

/** One node as the probe saw it; `facts` is null where it could not be asked, and `why` says so. */
export interface Inspected {
  readonly node: string;
  readonly facts: Facts | null;
  readonly why: string;
  readonly differences: readonly Difference[];
}

type Compared = Pick<LoadedPlan, 'plan' | 'reference' | 'chosen'>;

const deadlineMs = 60_000;

/** Runs the same probe that captured production on every node, and compares each with the reference of its role. */
export async function inspect(
  compared: Compared,
  nodes: ReadonlyMap<string, NodeAccess>,
  signal: AbortSignal,
): Promise<readonly Inspected[]> {
  const script = readFileSync(join(packageRoot, 'images/probe.sh'), 'utf8');
  return await Promise.all(
    compared.plan.nodes.map(async (node) => {
      const seen = await probe(nodes.get(node.name), node, script, signal);
      return { node: node.name, ...seen, differences: differences(node, seen.facts, compared) };
    }),
  );
}

async function probe(
  access: NodeAccess | undefined,
  node: PlannedNode,
  script: string,
  signal: AbortSignal,
): Promise<Pick<Inspected, 'facts' | 'why'>> {
  if (access === undefined) return { facts: null, why: 'it does not run' };
  try {
    // While a machine boots its units are on their way; what is degraded has booted too.
    const wait = 'systemctl is-system-running --wait >/dev/null 2>&1 || :';
    if (node.init === 'systemd') await access.exec(['sh', '-c', wait], { timeoutMs: deadlineMs, signal });
    const { stdout, stderr } = await access.exec(['sh', '-s'], {
      stdin: script,
      timeoutMs: deadlineMs,
      signal,
    });
    if (stdout === '') return { facts: null, why: `the probe said nothing: ${stderr.trim()}` };
    return { facts: factsOf(stdout, { how: 'docker', target: node.name, understudyNode: true }), why: '' };
  } catch (error) {
    signal.throwIfAborted();
    return { facts: null, why: messageOf(error) };
  }
}

/** Production's own server is another's machine, and nobody's reference: said, and no proof of anything. */
function standIn({ name }: PlannedNode): Difference {
  return {
    node: name,
    fact: 'reference',
    expected: 'a server of others',
    actual: 'what stands in for it',
    class: 'allowed',
    why: 'the spec declares it under dependencies: it answers as is said there, and is compared with nothing',
  };
}

/** What cannot be seen is like nothing, as far as anybody knows. */
function differences(
  node: PlannedNode,
  facts: Facts | null,
  { plan, reference, chosen }: Compared,
): readonly Difference[] {
  if (reference === null) return [];
  if (node.dependency !== undefined) return [standIn(node)];
  const unknown = (fact: string, expected: string, why: string): Difference => ({
    node: node.name,
    fact,
    expected,
    actual: null,
    class: 'blocking',
    why,
  });
  const expected = reference.roles[node.role];
  if (expected === undefined)
    return [unknown('reference', `facts of role ${node.role}`, 'the reference has no machine of this role')];
  if (facts === null) return [unknown('probe', 'a machine that can be asked', 'it needs a shell and awk')];
  return compare(node.name, expected, facts, {
    chosen: chosen[node.role] ?? {},
    allowances: plan.allowances,
  });
}
