import type { LoadedPlan } from '../../../infra/plan/plan.ts';
import type { Contender } from '../result.ts';
import type { Running } from './command.ts';

/** What a contender is to bring up. */
export interface Target {
  /** A cluster.yaml. */
  readonly file: string;
  readonly loaded: LoadedPlan;
  readonly signal: AbortSignal;
}

/** One cluster of one contender: up once, down once. Whatever is left of it goes when it is disposed of. */
export interface Session extends AsyncDisposable {
  up(): Running;
  down(): Running;
}

export interface Competitor {
  readonly name: Contender;
  /** What it is, its version and how old that is. */
  readonly description: string;
  open(target: Target): Promise<Session>;
}
