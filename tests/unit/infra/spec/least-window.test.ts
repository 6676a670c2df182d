import { expect, test } from '@jest/globals';
import { leastWindowMs } from '../../../../infra/spec/least-window.ts';
import { leastProbingMs } from '../../../../scripts/faults/link-meter.ts';
import { delay, jitter, oneOfEach } from '../../../support/faults.ts';

/** For the programs that probe or read to be started in the nodes. */
const startingMs = 1_000;
const windowed = Object.values(oneOfEach).filter(
  ({ kind }) => kind !== 'network.rate' && kind !== 'disk.rate',
);

test.each([...windowed, delay(300), jitter(50)])(
  'a window of $kind is long enough to be measured in',
  (fault) => {
    const probingMs = 'links' in fault.on ? leastProbingMs(fault) : 0;
    expect(leastWindowMs(fault)).toBeGreaterThanOrEqual(probingMs + startingMs);
  },
);
