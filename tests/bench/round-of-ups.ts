import type Docker from 'dockerode';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { differences, inspectNode, type Inside } from './container-differences.ts';
import { clusterName, type Shape } from './cluster-file.ts';
import type { EngineLog } from './engine-log.ts';
import type { Competitor } from './peers/contender.ts';
import { untilQuiet } from './quiet.ts';
import type { Attempt, Step, UpRound } from './result.ts';
import { rotated } from './units.ts';
import { allGone, allRun, measure } from './up-and-down.ts';
import { messageOf } from '../../infra/errors.ts';

export interface RoundOfUps {
  readonly docker: Docker;
  readonly competitors: readonly Competitor[];
  readonly shape: Shape;
  /** The cluster.yaml of this shape. */
  readonly file: string;
  readonly round: number;
  readonly log: EngineLog;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Each contender once, one after the other, beginning with another one in every round. */
export async function roundOfUps(request: RoundOfUps): Promise<UpRound> {
  const at = new Date().toISOString();
  const attempts: (Attempt & { readonly inside: Inside | null })[] = [];
  for (const competitor of rotated(request.competitors, request.round)) {
    const attempted = await attempt(request, competitor);
    request.signal.throwIfAborted();
    attempts.push(attempted);
    request.say(`  ${line(attempted)}`);
  }
  const ours = attempts.find(({ contender }) => contender === 'understudy')?.inside ?? null;
  return {
    round: request.round,
    at,
    attempts: attempts.map(({ inside, ...one }) => ({
      ...one,
      differences: inside === null || ours === null ? [] : differences(inside, ours),
    })),
  };
}

async function attempt(
  { docker, shape, file, log, signal }: RoundOfUps,
  { name, open }: Competitor,
): Promise<Attempt & { readonly inside: Inside | null }> {
  const cluster = clusterName(shape);
  const got: { up: Step | null; down: Step | null; inside: Inside | null; failure: string | null } = {
    up: null,
    down: null,
    inside: null,
    failure: null,
  };
  let busyBefore = 1;
  try {
    const loaded = loadPlan({ cluster: file, profiles: [], seed: 1, set: {}, suites: [] });
    await using session = await open({ file, loaded, signal });
    busyBefore = await untilQuiet(signal);
    got.up = await measure(log, allRun(cluster, shape.nodes), () => session.up());
    got.inside = await inspectNode(docker, cluster, shape.nodes);
    await untilQuiet(signal);
    got.down = await measure(log, allGone(cluster, shape.nodes), () => session.down());
  } catch (error) {
    got.failure = messageOf(error);
  }
  return { contender: name, busyBefore, differences: [], ...got };
}

function line({ contender, up, down, failure, busyBefore }: Attempt): string {
  const shown = (step: Step | null): string =>
    step === null ? '-' : `${step.doneMs} ms (own end ${step.exitMs} ms)`;
  return `${contender.padEnd(15)} up ${shown(up)}, down ${shown(down)}, ${Math.round(busyBefore * 100)} % busy before${failure === null ? '' : `, FAILED: ${failure}`}`;
}
