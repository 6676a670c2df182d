import { assertNever } from '../../../infra/errors.ts';
import type { LinkFault } from '../../../infra/spec/fault.ts';
import { delayOf, jitterReceipt } from './delay-receipts.ts';
import { meanRun, meanRunInterval } from '../links/link-bursts.ts';
import type { Traffic } from '../../../infra/spec/faults/network.ts';
import type { LinkSample } from '../links/link-probes.ts';
import { mapReadings, round, verdict, type LinkReading, type LinkReadings } from './link-reading.ts';
import type { Judged } from '../watch/judge.ts';
import { isCut, isThrough, trafficText, type PortSample } from './port-probes.ts';
import {
  askedRatio,
  countOf,
  happened,
  intervalOf,
  isKnown,
  ratioOf,
  type RatioFault,
} from './link-ratio.ts';
import { confidence } from '../../statistics.ts';

/** Pure: asked against measured. A link that was not measured is never ok. */
export function judgeLink(fault: LinkFault, readings: LinkReadings): Judged {
  switch (fault.kind) {
    case 'network.delay':
      return delayOf(fault.delayMs, readings);
    case 'network.jitter':
      return jitterReceipt(fault, readings);
    case 'network.loss':
    case 'network.duplicate':
    case 'network.reorder':
    case 'network.corrupt':
      return shareOf(fault, readings);
    case 'network.burst-loss':
      return burstsOf(fault, readings);
    case 'network.rate':
      return rateOf(fault.rateMbit * 1e6, readings);
    case 'network.partition':
      return fault.only === undefined ? partitionOf(readings) : cutOf(fault.only, readings);
    default:
      return assertNever(fault);
  }
}

function shareOf(fault: RatioFault, readings: LinkReadings): Judged {
  const { kind } = fault;
  const requested = askedRatio(fault);
  const { hits, of } = countOf(kind, readings.during.probes);
  const own = ownShare(fault, readings.before.probes);
  const [least, most] = intervalOf(kind, readings.during.probes);
  const [low, high] = [own(least), own(most)];
  const tolerance = requested * 0.1;
  const agrees = low <= requested + tolerance && high >= requested - tolerance;
  const measured = mapReadings(readings, ({ probes }) => round(own(ratioOf(kind, probes)), 4));
  return {
    requested,
    measured,
    unit: 'ratio',
    n: of,
    tolerance,
    interval: [round(low, 4), round(high, 4)],
    confidence,
    ...verdict(
      isKnown(fault, readings.before.probes, readings.during.probes) && agrees,
      `${hits} of ${of} probes ${happened[kind]}`,
    ),
    samples: { before: [measured.before], during: [measured.during], after: [measured.after] },
  };
}

/** The share of losses, and how long they are in a row: longer than where each comes alone, which is 1 / (1 - L). */
function burstsOf(
  fault: Extract<RatioFault, { kind: 'network.burst-loss' }>,
  readings: LinkReadings,
): Judged {
  const share = shareOf(fault, readings);
  const { probes } = readings.during;
  const [low, high] = meanRunInterval(probes);
  const tolerance = fault.burstPackets * 0.1;
  const agrees = low <= fault.burstPackets + tolerance && high >= fault.burstPackets - tolerance;
  const isInBursts = low > 1 / (1 - ratioOf('network.loss', probes));
  const ok = share.ok && agrees && isInBursts;
  const seen = `${countOf(fault.kind, probes).hits} of ${probes.sent} probes were lost, ${round(meanRun(probes), 2)} in a row on average`;
  return {
    ...share,
    ...verdict(ok, seen),
    bursts: {
      ...{ requested: fault.burstPackets, measured: round(meanRun(probes), 2), n: probes.lossRuns },
      interval: [round(low, 2), round(high, 2)],
    },
  };
}

/**
 * Of a packet that leaves twice, each copy may be lost by itself: where a share l is lost, of those that come d (1 - l) /
 * (1 + d l) come twice when d leave twice. Turned round, that gives d.
 */
function ownShare({ kind }: RatioFault, before: LinkSample): (ratio: number) => number {
  if (kind !== 'network.duplicate') return (ratio) => ratio;
  const lost = ratioOf('network.loss', before);
  return (ratio) => ratio / Math.max(Number.MIN_VALUE, 1 - lost - ratio * lost);
}

/**
 * Where the link carried no more before, the rate is not what holds it back. Nobody at its end sees whether what is lost is
 * lost behind the narrowest place (NFQUEUE) or in front of it (netem): it carried what came, or that and what was lost. The
 * flood's own losses do not tell: more of them come of a queue that is full.
 */
function rateOf(requested: number, readings: LinkReadings): Judged {
  const values = mapReadings(readings, ({ flood }) => Math.round(flood.bitsPerSecond) || 0);
  const lost = ratioOf('network.loss', readings.during.probes);
  const most = lost === 1 ? values.during : Math.round(values.during / (1 - lost));
  const tolerance = requested * 0.1;
  const agrees = most >= requested - tolerance && values.during <= requested + tolerance;
  return {
    requested,
    measured: values,
    unit: 'bit/s',
    n: readings.during.flood.received,
    tolerance,
    ...(most === values.during ? {} : { interval: [values.during, most] as const }),
    ...verdict(
      agrees && values.before > requested + tolerance,
      `${(values.during / 1e6).toFixed(2)} Mbit/s went through, ${(values.before / 1e6).toFixed(2)} before`,
    ),
    samples: { before: [values.before], during: [values.during], after: [values.after] },
  };
}

function partitionOf(readings: LinkReadings): Judged {
  const measured = mapReadings(readings, ({ probes }) => (probes.received > 0 ? 0 : 1));
  const { before, during, after } = measured;
  const { received, sent } = readings.during.probes;
  return {
    requested: 1,
    measured,
    unit: 'bool',
    n: sent,
    tolerance: 0,
    ...verdict(sent > 0 && before === 0 && during === 1, `${received} of ${sent} probes arrived`),
    samples: { before: [before], during: [during], after: [after] },
  };
}

/** All of that traffic is held back, and of what is next to it at least half of what came before still comes. */
function cutOf(only: Traffic, readings: LinkReadings): Judged {
  const of = ({ ports }: LinkReading): PortSample => ports?.get(trafficText(only)) ?? noPort;
  const [was, is] = [of(readings.before), of(readings.during)];
  const measured = mapReadings(readings, (reading) => (of(reading).sent > 0 && isCut(of(reading)) ? 1 : 0));
  const isSpared = is.spared.every((count, lane) => count > 0 && count >= (was.spared[lane] ?? 0) / 2);
  const [met, spared] = [is.met, is.spared].map((all) => all.reduce((sum, one) => sum + one, 0));
  const n = is.sent * is.met.length;
  return {
    requested: 1,
    measured,
    unit: 'bool',
    n,
    tolerance: 0,
    ...verdict(
      was.sent > 0 && isThrough(was) && measured.during === 1 && isSpared,
      `${met} of ${n} probes of ${trafficText(only)} arrived, and ${spared} of ${is.sent * is.spared.length} beside it`,
    ),
    samples: { before: [measured.before], during: [measured.during], after: [measured.after] },
  };
}

const noPort: PortSample = { sent: 0, met: [], spared: [] };
