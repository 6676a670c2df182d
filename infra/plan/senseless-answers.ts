import { isAwayFault, isDependencyFault } from '../spec/fault.ts';
import { namesOf } from './cluster-names.ts';
import { overlap } from './contradictions.ts';
import type { Plan, PlannedDependency, ScheduledFault } from './plan.ts';
import type { Finding } from './senseless.ts';
import { parseTarget } from './target.ts';

/** An answer that fails as it always does, or is no longer than what is left of it. */
export function answersAlike({ fault, targets }: ScheduledFault, { nodes }: Plan): Finding | null {
  for (const text of targets) {
    const target = parseTarget(text);
    if (target.on !== 'route') continue;
    const dependency = nodes.find(({ name }) => name === target.node)?.dependency;
    const answer = dependency === undefined ? undefined : usualAnswer(dependency, target.route);
    if (answer === undefined) continue;
    const { status, bytes } = answer;
    if (fault.kind === 'dependency.body' && fault.body === '' && dependency?.protocol === 'tcp')
      return {
        key: 'body',
        message: `${text} is to answer nothing, which over TCP is no answer`,
        hint: 'a text; or dependency.hang, or dependency.truncate after 0 bytes',
      };
    if ((fault.kind === 'dependency.error' || fault.kind === 'dependency.first') && fault.status === status)
      return {
        key: 'status',
        message: `${text} answers ${status} already, without any fault`,
        hint: 'another status, or a route that answers otherwise',
      };
    if (fault.kind === 'dependency.truncate' && bytes !== null && fault.afterBytes >= bytes)
      return {
        key: 'afterBytes',
        message: `the answer of ${text} is to end after ${fault.afterBytes} bytes, and has ${bytes} in all`,
        hint: bytes === 0 ? 'give that route a body' : `less than ${bytes}`,
      };
  }
  return null;
}

/** Where the spec says what it is; null where only whoever is asked knows. */
function usualAnswer(
  dependency: PlannedDependency,
  route: string,
): { readonly status: number | null; readonly bytes: number | null } | undefined {
  if (dependency.protocol === 'tcp') {
    const port = dependency.routes.find((one) => one.route === route);
    return port && { status: null, bytes: port.answerBytes };
  }
  const own = dependency.routes.find((one) => one.route === route);
  return own && { status: own.status, bytes: own.bodyBytes };
}

/** What is asked through somebody between is not answered either while its own node is away. */
export function proxiedAway(
  of: ScheduledFault,
  { nodes, schedule }: Pick<Plan, 'nodes' | 'schedule'>,
): Finding | null {
  if (!isDependencyFault(of.fault)) return null;
  const away = schedule.filter((one) => isAwayFault(one.fault) && overlap(of, one));
  for (const text of of.targets) {
    const target = parseTarget(text);
    if (target.on !== 'route') continue;
    const routes = nodes.find(({ name }) => name === target.node)?.dependency?.routes ?? [];
    const proxies = routes.find(({ route }) => route === target.route)?.proxies ?? null;
    const behind = nodes.find((node) => proxies !== null && namesOf(node, nodes).includes(proxies))?.name;
    const other = away.find(({ targets }) => behind !== undefined && targets.includes(behind));
    if (behind === undefined || other === undefined) continue;
    return {
      key: 'on',
      message: `${text} goes on to ${behind}, which "${other.id}" takes away at the same time`,
      hint: 'leave one of the two out, or give them windows that do not meet',
    };
  }
  return null;
}
