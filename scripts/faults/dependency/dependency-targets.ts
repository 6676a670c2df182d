import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { linkText, nodesOf, targetText } from '../../../infra/plan/target.ts';
import { isDependencyFault, type DependencyFault } from '../../../infra/spec/fault.ts';
import { probesForRatio } from '../../../infra/spec/least-window.ts';
import { askPort, askRoute, type RouteReading } from './route-readings.ts';
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
  readonly #wholeBytes = new Map<string, number>();
  #asked = 0;

  constructor(victims: readonly Victim[], faults: readonly ScheduledFault[]) {
    this.#victims = victims;
    this.#faults = faults;
  }

  /** All other routes of all dependencies, but for those that go on to a node which another fault of the schedule is on. */
  beside(targets: readonly string[]): readonly string[] {
    const met = this.#faults.flatMap((one) =>
      isDependencyFault(one.fault) ? [] : one.targets.flatMap(nodesOf),
    );
    const hurt = this.#victims.filter(({ node }) => met.includes(node)).flatMap(({ names }) => names);
    return this.#victims
      .flatMap(({ node, dependency }) =>
        (dependency?.routes ?? [])
          .filter(({ proxies }) => proxies === null || !hurt.includes(proxies))
          .map(({ route }) => targetText({ on: 'route', node, route })),
      )
      .filter((text) => !targets.includes(text));
  }

  async read(target: string, { fault, moment }: Asked<DependencyFault>, signal: AbortSignal) {
    const { victim, route } = routeOf(this.#victims, target);
    const { sideCar } = askerOf(victim, this.#victims, this.#faults);
    // To the dependency each reading is by another client: what only the first requests of a client meet is met again.
    const number = (this.#asked += 1);
    const manner = { address: victim.address, ...this.#manner(target, fault, moment) };
    const { dependency } = victim;
    if (dependency?.protocol !== 'tcp') {
      const where = { port: dependency?.port ?? 0, route, agent: `understudy-probe/${number}` };
      return await askRoute(sideCar, { ...manner, ...where }, signal);
    }
    const own = dependency.routes.find((one) => one.route === route);
    if (own === undefined) throw new Error(`${target} is no port`);
    const wholeBytes = this.#wholeBytes.get(target);
    // Hundreds of answers cannot all be waited for until nothing more comes.
    const enoughBytes = manner.count > usualCount ? wholeBytes : 0;
    const asking = { ...manner, port: own.port, asks: own.asks, number, enoughBytes: enoughBytes ?? 0 };
    const reading = await askPort(sideCar, asking, signal);
    if (wholeBytes === undefined)
      this.#wholeBytes.set(target, Math.max(1, ...reading.map(({ bytes }) => bytes)));
    return closedByItself(reading, wholeBytes);
  }

  #manner(target: string, fault: DependencyFault | null, moment: Asked<DependencyFault>['moment']) {
    const usual = { count: usualCount, atOnce: usualCount, patienceMs: patienceMs + this.#delayMs(target) };
    if (fault === null || moment === 'baseline') return { ...usual, atOnce: fewAtOnce, patienceMs };
    switch (fault.kind) {
      // Who waits for longer learns no more.
      case 'dependency.hang':
        return { ...usual, patienceMs };
      case 'dependency.error':
      case 'dependency.reset':
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
 * Pure: a server that closes after its answer has not cut it short. `wholeBytes`: how long that was when it was first read,
 * with no fault on it; undefined: this is that reading.
 */
export function closedByItself(reading: RouteReading, wholeBytes: number | undefined): RouteReading {
  return reading.map((one) =>
    one.how === 'cut' && one.bytes >= (wholeBytes ?? 1) ? { ...one, how: 'whole' } : one,
  );
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
