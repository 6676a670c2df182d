import { assertNever } from '../errors.ts';
import type { Fault } from './fault.ts';
import { reach } from './faults/jitter-distribution.ts';

/**
 * The shortest window, ms, in which a fault can be measured while it is in force; in a shorter one it would last for longer
 * than was asked, or have no receipt. Each is the time for which its probes are sent and waited for
 * (scripts/faults/network/probing.ts, against which a test holds these figures), and a second for starting them. A ratio needs
 * 5000 probes (contracts: Receipts), a jitter 1800; a disk is read at once;
 * a unit is to come up and go twice, and a node takes its time to end. What nodes may use is tried out, on some node by
 * node; a drift shows in three seconds, before the fault and in it, and units whose zone is changed are restarted.
 */
export function leastWindowMs(fault: Fault): number {
  switch (fault.kind) {
    case 'network.delay':
      return 2_500 + fault.delayMs;
    case 'network.partition':
      return fault.only === undefined ? 2_500 : 4_000;
    case 'network.jitter': {
      const { earlier, later } = reach[fault.distribution ?? 'uniform'];
      return 6_000 + Math.ceil((earlier + later) * fault.jitterMs);
    }
    case 'network.loss':
    case 'network.duplicate':
    case 'network.corrupt':
      return 7_500;
    case 'network.reorder':
      return 7_500 + 2 * fault.byMs;
    case 'disk.space':
    case 'disk.inodes':
    case 'disk.readonly':
    case 'process.kill':
    case 'process.pause':
    case 'resource.files':
    case 'environment.mode':
    case 'environment.group':
    case 'environment.sudo':
    case 'environment.expired':
    case 'environment.uid':
      return 1_000;
    case 'drift.package':
    case 'drift.version':
      return 5_000; // its files are kept before they go
    case 'process.crash-loop':
      return 3_000 + 2 * fault.afterMs;
    case 'process.oom':
      return 5_000; // all of the node's memory is taken first
    case 'process.crash-point':
      return 4_000; // it is waited for, for a moment
    case 'process.restart':
      return 3_000; // units may take their time to end
    case 'node.pause':
    case 'node.kill':
    case 'node.replace':
      return 2_000;
    case 'node.reboot':
      return 12_000; // an orderly shutdown may take the ten seconds that it is given
    case 'resource.cpu':
    case 'resource.memory':
    case 'resource.processes':
    case 'environment.variable':
    case 'environment.umask':
    case 'environment.no-new-privileges':
      return 6_000; // it is to be looked at for a while, and a unit is to end and come up
    case 'clock.offset':
      return 2_000;
    case 'clock.rate':
      return 8_000;
    case 'clock.zone':
      return 8_000;
    case 'dependency.slow':
      return 4_000 + fault.delayMs;
    case 'dependency.hang':
      return 6_000;
    case 'dependency.error':
    case 'dependency.reset':
      return 4_000 + 10 * probesForRatio(fault.ratio);
    case 'dependency.first':
      return 6_000 + 20 * fault.count; // over TCP an answer is over when nothing has come for a while
    case 'dependency.truncate':
    case 'dependency.body':
      return 4_000;
    case 'dns.slow':
      return 4_000 + 2 * fault.delayMs;
    case 'dns.fail':
      return 6_000; // an answer that stays away is waited for
    case 'dns.wrong':
      return 4_000;
    case 'eviction.notice':
      return 2_000;
    case 'eviction.spot':
      return fault.noticeMs + fault.graceMs + 3_000;
    case 'disk.slow':
      return 3_000 + 6 * fault.delayMs;
    case 'disk.hang':
      return 4_000; // calls are waited for that do not return
    case 'disk.error':
    case 'disk.corrupt':
    case 'disk.lost-sync':
      return 2_000;
    case 'disk.rate':
    case 'network.rate':
    case 'network.burst-loss':
      return 0; // they have no window
    default:
      return assertNever(fault);
  }
}

/**
 * Requests that tell a ratio to within half of itself, at the confidence of a receipt (contracts: Receipts), with a third to
 * spare: z² (1 − p) / p × 4.
 */
export function probesForRatio(ratio: number): number {
  return Math.max(50, Math.ceil((1.33 * 4 * 23.93 * (1 - ratio)) / ratio));
}
