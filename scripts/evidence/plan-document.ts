import type { Plan, PlanHashes } from '../../infra/plan/plan.ts';
import { secretsOfPlan } from '../../infra/plan/secrets.ts';

/**
 * plan.json. Its hashes are those of the plan as it is; what is written has the secrets taken out, so where `redacted`
 * names any, the file's own hash is another, and who wants to run the plan again has to supply them.
 */
export function planDocument(
  plan: Plan,
  hashes: PlanHashes,
): PlanHashes & { redacted: string[]; plan: Plan } {
  return { ...hashes, redacted: [...new Set(secretsOfPlan(plan).map(({ name }) => name))].sort(), plan };
}
