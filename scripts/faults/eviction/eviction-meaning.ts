import { usualInterruption } from '../../../infra/spec/faults/eviction.ts';
import {
  isEvictionFault,
  type EvictionFault,
  type NoticeFault,
  type SpotFault,
} from '../../../infra/spec/fault.ts';
import type { MetadataReading } from '../metadata/metadata-readings.ts';
import { unreadNode, whyNotAnother, whyNotTheSame, type NodeReading } from '../node/node-targets.ts';
import type { TargetMeaning, TargetReadings } from '../watch/target-watch.ts';

/** EC2 and we write times to the second, and a notice is looked for a moment after it came. */
const announcedToMs = 2_500;
/** How much later than asked a busy host may send a signal or end a machine, and how coarsely it is seen. */
const lateMs = 2_000;
const earlyMs = 300;

/** What happened to a node on its way out, seen from inside; null: it was not seen. Of the real clock. */
export interface Story {
  /** The first look that found the notice. */
  readonly noticed: MetadataReading | null;
  /** When each of those that were to get the signal got it. */
  readonly signalledAtMs: readonly (number | null)[];
  /** The last look that there was. */
  readonly lastSeenAtMs: number | null;
}

export interface EvictionReading {
  readonly node: NodeReading;
  /** null: nobody could look. */
  readonly metadata: MetadataReading | null;
  /** Of a node that was evicted, once it has gone. */
  readonly story: Story | null;
}

type Readings = TargetReadings<EvictionReading>;

/** Pure: what readings of nodes that get notices, and are evicted, mean. */
export const evictionMeaning: TargetMeaning<EvictionFault, EvictionReading> = {
  isOf: isEvictionFault,
  unread: { node: unreadNode, metadata: null, story: null },
  judge(fault, readings) {
    const { before, during, after } = readings;
    const wasRead = (fault.kind === 'eviction.notice' ? during.metadata : during.story) !== null;
    const isThere = fault.kind === 'eviction.notice' ? hasNotice(fault) : isAway;
    const values = [before, during, after].map((one) => (isThere(one) ? 1 : 0));
    const [was = 0, is = 0, left = 0] = values;
    const why =
      before.metadata?.token !== 200
        ? 'its metadata service did not answer before'
        : was === 1
          ? 'it was so before'
          : whyRefused(fault, before.metadata) ||
            (fault.kind === 'eviction.notice' ? whyNoNotice(fault, during) : whyNotEvicted(fault, readings));
    return {
      ...{ requested: 1, unit: 'bool', n: wasRead ? 1 : 0, tolerance: 0, ok: why === '', why },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
    };
  },
  whyNotHealed(fault, { before, after }) {
    const why =
      whyStillNoticed(fault, after.metadata) ||
      (fault.kind === 'eviction.notice' ? whyNotTheSame : whyNotAnother)(before.node, after.node);
    if (why !== '' || fault.kind === 'eviction.notice') return why;
    return after.metadata?.instance === before.metadata?.instance
      ? 'its metadata service still calls it by the name of the one before'
      : '';
  },
  /** A node without any fault of eviction has no such service, and one with it no notice. */
  isAsBefore: (before, now) =>
    now.node.start !== null &&
    now.node.start === before.node.start &&
    before.metadata !== null &&
    now.metadata !== null &&
    now.metadata.token === before.metadata.token &&
    now.metadata.instance === before.metadata.instance &&
    now.metadata.interruption.status === before.metadata.interruption.status &&
    now.metadata.rebalance.status === before.metadata.rebalance.status,
};

function isAway({ node }: EvictionReading): boolean {
  return node.start === null;
}

function hasNotice({ notice }: NoticeFault): (reading: EvictionReading) => boolean {
  return ({ metadata }) => metadata?.[notice].status === 200;
}

/** Not "not there any more, with everything else": the service says that it has none. */
function whyStillNoticed(fault: EvictionFault, metadata: MetadataReading | null): string {
  if (metadata === null) return 'its metadata service could not be asked';
  if (metadata.token !== 200)
    return metadata.token === 0
      ? 'its metadata service did not answer'
      : `its metadata service answered who asked for a token with ${metadata.token}`;
  const { status } = metadata[fault.kind === 'eviction.notice' ? fault.notice : 'interruption'];
  return status === 404 ? '' : `its metadata service was asked for a notice, and answered ${status}, not 404`;
}

/** Software that asks without a token is refused, or is not. */
function whyRefused({ imdsv2 }: EvictionFault, { withoutToken }: MetadataReading): string {
  const wanted = imdsv2 === 'required' ? 401 : 200;
  return withoutToken === wanted ? '' : `who asks without a token is answered ${withoutToken}, not ${wanted}`;
}

function whyNoNotice(fault: NoticeFault, { metadata }: EvictionReading): string {
  const found = metadata?.[fault.notice];
  if (metadata === null || found === undefined) return 'its metadata service could not be asked';
  if (found.status !== 200) return `its metadata service answered ${found.status}, not with a notice`;
  if (fault.notice === 'rebalance') return whyAnnounced(found.forMs, metadata.atMs);
  const { action = usualInterruption.action, inMs = usualInterruption.inMs } = fault;
  if (found.action !== action) return `the notice says "${found.action}", not "${action}"`;
  return whyAnnounced(found.forMs, metadata.atMs + inMs);
}

function whyAnnounced(forMs: number | null, wantedMs: number): string {
  if (forMs === null) return 'the notice has no time that could be read';
  const off = forMs - wantedMs;
  return Math.abs(off) <= announcedToMs
    ? ''
    : `the notice is for a time that is off by ${Math.round(off)} ms`;
}

function whyNotEvicted({ noticeMs, graceMs, signal }: SpotFault, { during }: Readings): string {
  const { node, story } = during;
  if (node.insider !== 'gone' || node.start !== null)
    return `a process inside was "${node.insider ?? 'not asked'}", not "gone", and the node ${node.start === null ? 'let nobody in' : 'let others in'}`;
  if (story?.noticed === null || story?.noticed === undefined)
    return 'nobody inside saw a notice before the node went';
  const { noticed, signalledAtMs, lastSeenAtMs } = story;
  const announced = whyAnnounced(noticed.interruption.forMs, noticed.atMs + noticeMs + graceMs);
  if (announced !== '') return announced;
  if (signalledAtMs.length === 0) return 'nobody was looked at for a signal';
  for (const at of signalledAtMs) {
    if (at === null) return `SIG${signal} did not reach every main process that was to get it`;
    const after = whyNotAfter(`SIG${signal}`, at - noticed.atMs, noticeMs, 'the notice');
    if (after !== '') return after;
  }
  if (lastSeenAtMs === null) return 'nobody saw when the node went';
  return whyNotAfter(
    'the end',
    lastSeenAtMs - Math.min(...signalledAtMs.map((at) => at ?? 0)),
    graceMs,
    `SIG${signal}`,
  );
}

function whyNotAfter(what: string, cameMs: number, wantedMs: number, since: string): string {
  return cameMs >= wantedMs - earlyMs && cameMs <= wantedMs + lateMs
    ? ''
    : `${what} came ${Math.round(cameMs)} ms after ${since}, not ${wantedMs} ms`;
}
