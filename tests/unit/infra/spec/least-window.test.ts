import { expect, test } from '@jest/globals';
import type { Fault, FaultKind } from '../../../../infra/spec/fault.ts';
import { leastWindowMs } from '../../../../infra/spec/least-window.ts';
import { leastProbingMs } from '../../../../scripts/faults/link-meter.ts';
import { cut, delay, inodes, jitter, loss, readOnly, space } from '../../../support/faults.ts';

/** For the programs that probe or read to be started in the nodes. */
const startingMs = 1_000;
const faults = {
  'network.delay': delay(300),
  'network.jitter': jitter(50),
  'network.loss': loss(0.02),
  'network.partition': cut,
  'disk.space': space(0),
  'disk.inodes': inodes(0),
  'disk.readonly': readOnly,
} satisfies Record<Exclude<FaultKind, 'network.rate'>, Fault>;

test.each(Object.values(faults))('a window of $kind is long enough to be measured in', (fault) => {
  const probingMs = 'links' in fault.on ? leastProbingMs(fault) : 0;
  expect(leastWindowMs(fault)).toBeGreaterThanOrEqual(probingMs + startingMs);
});
