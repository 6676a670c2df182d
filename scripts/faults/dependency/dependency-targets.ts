import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { linkText, nodesOf, targetText } from '../../../infra/plan/target.ts';
import { isDependencyFault, type DependencyFault } from '../../../infra/spec/fault.ts';
import { probesForRatio } from '../../../infra/spec/least-window.ts';
import { askRoute, type RouteReading } from './route-readings.ts';
import type { Asked, TargetReader } from '../watch/target-watch.ts';
import { routeOf, type Victim } from '../victim/victim.ts';

/** What an answer without a fault is waited for. */
const patienceMs = 2_000;
const usualCount = 12;
/** As many as the server does not notice: what is looked at beside a fault is held against how fast it was. */
const fewAtOnce = 4;
/** Asked for beyond those that are to fail. */
const beyondFirst = 5;

/** Routes of dependencies, asked for over the network by another node of the cluster. */
export class DependencyReader implements TargetReader<DependencyFault, RouteReading> {
  readonly #victims: readonly Victim[];
  readonly #faults: readonly ScheduledFault[];
  #asked = 0;

  constructor(victims: readonly Victim[], faults: readonly ScheduledFault[]) {
    this.#victims = victims;
    this.#faults = faults;
  }

  /** All other routes of all dependencies. */
  beside(targets: readonly string[]): readonly string[] {
    return this.#victims
      .flatMap(({ node, dependency }) =>
        (dependency?.routes ?? []).map(({ route }) => targetText({ on: 'route', node, route })),
      )
      .filter((text) => !targets.includes(text));
  }

  async read(target: string, { fault, moment }: Asked<DependencyFault>, signal: AbortSignal) {
    const { victim, route } = routeOf(this.#victims, target);
    const asker = askerOf(victim, this.#victims, this.#faults);
    this.#asked += 1;
    const where = { address: victim.address, port: victim.dependency?.port ?? 0, route };
    // To the dependency each reading is by another client: what only the first requests of a client meet is met again.
    const agent = `understudy-probe/${this.#asked}`;
    return await askRoute(asker.sideCar, { ...where, agent, ...this.#manner(target, fault, moment) }, signal);
  }

  #manner(target: string, fault: DependencyFault | null, moment: Asked<DependencyFault>['moment']) {
    const usual = { count: usualCount, atOnce: usualCount, patienceMs: patienceMs + this.#delayMs(target) };
    if (fault === null || moment === 'baseline') return { ...usual, atOnce: fewAtOnce, patienceMs };
    switch (fault.kind) {
      // Who waits for longer learns no more.
      case 'dependency.hang':
        return { ...usual, patienceMs };
      case 'dependency.error':
        return { ...usual, count: probesForRatio(fault.ratio), atOnce: 2 * fewAtOnce };
      case 'dependency.first':
        return { ...usual, count: fault.count + beyondFirst, atOnce: 1 };
      default:
        return usual;
    }
  }

  /** How late this schedule can make an answer. */
  #delayMs(target: string): number {
    const delays = this.#faults.map(({ fault, targets }) =>
      fault.kind === 'dependency.slow' && targets.includes(target) ? fault.delayMs : 0,
    );
    return Math.max(0, ...delays) * 1.5;
  }
}

/**
 * Pure: a node of the software that asks, if there is one: best one that nothing of the schedule is on, nor on its links
 * to the dependency.
 */
export function askerOf<V extends Pick<Victim, 'node' | 'dependency'>>(
  dependency: V,
  victims: readonly V[],
  faults: readonly ScheduledFault[],
): V {
  const others = victims.filter((one) => one !== dependency);
  const software = others.filter((one) => one.dependency === null);
  const isFree = ({ node }: V): boolean => {
    const links = [linkText(node, dependency.node), linkText(dependency.node, node)];
    return faults.every(
      ({ fault, targets }) =>
        isDependencyFault(fault) ||
        targets.every((target) => !links.includes(target) && nodesOf(target).join() !== node),
    );
  };
  const asker = software.find(isFree) ?? software[0] ?? others[0];
  if (asker === undefined) throw new Error(`there is no node that could ask ${dependency.node}`);
  return asker;
}
