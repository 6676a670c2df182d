import type * as docker from '@pulumi/docker';
import type { BoundPlan } from '../../plan/plan.ts';

/** The run's labels, and `more`, as the plugin wants them. */
export function labelsOf(
  bound: BoundPlan,
  more: Readonly<Record<string, string>> = {},
): docker.types.input.ContainerLabel[] {
  return Object.entries({ ...bound.labels, ...more }).map(([label, value]) => ({ label, value }));
}
