import type { ScheduledFault } from '../../infra/plan/plan.ts';
import type { LinkFault } from '../../infra/spec/fault.ts';
import { burstLoss, delay, jitter, loss, rate } from '../support/faults.ts';
import type { MachineNode } from './machine.ts';

/** Three, so that there are links beside those that faults are on: six directed ones in all. */
export const nodes: readonly MachineNode[] = [1, 2, 3].map((number) => ({
  name: `node-${number}`,
  address: `198.18.7.${10 + number}`,
}));

/** Faults that are in force together, on links of the machine. */
export interface Round {
  readonly name: string;
  readonly faults: readonly ScheduledFault[];
}

/** All that netem is compiled for: each kind by itself, and all that links have at once. */
export const rounds: readonly Round[] = [
  {
    name: 'each kind on a link of its own',
    faults: [
      on('node-1->node-2', delay(80)),
      on('node-2->node-3', jitter(20)),
      on('node-3->node-1', loss(0.02)),
      on('node-1->node-3', burstLoss(0.1, 5)),
      on('node-3->node-2', rate(10)),
    ],
  },
  {
    name: 'all of degraded-network on one link, far, narrow and bursts on another, delays with tails on two',
    faults: [
      ...[delay(80), jitter(20), loss(0.02), rate(10)].map((fault) => on('node-1->node-2', fault)),
      ...[delay(300), burstLoss(0.1, 5), rate(1)].map((fault) => on('node-3->node-1', fault)),
      on('node-2->node-3', jitter(20, 'normal')),
      on('node-2->node-1', jitter(20, 'pareto')),
    ],
  },
  {
    name: 'jitters of each distribution',
    faults: [
      on('node-1->node-2', jitter(20, 'uniform')),
      on('node-2->node-3', jitter(20, 'normal')),
      on('node-3->node-1', jitter(20, 'pareto')),
    ],
  },
];

function on(link: string, fault: LinkFault): ScheduledFault {
  const id = `${link}/${fault.kind}`;
  return { id, profile: 'netem', fault, targets: [link], startMs: null, endMs: null };
}
