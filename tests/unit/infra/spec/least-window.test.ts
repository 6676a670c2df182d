import { expect, test } from '@jest/globals';
import { leastWindowMs } from '../../../../infra/spec/least-window.ts';
import { leastProbingMs } from '../../../../scripts/faults/network/probing.ts';
import { cutPort, delay, jitter, oneOfEach } from '../../../support/faults.ts';

/** For the programs that probe or read to be started in the nodes. */
const startingMs = 1_000;
/** Of the whole run alone: no window is too short for them. */
const lasting = ['network.rate', 'network.burst-loss', 'disk.rate'];
const windowed = Object.values(oneOfEach).filter(({ kind }) => !lasting.includes(kind));

test.each([...windowed, delay(300), jitter(50), jitter(50, 'normal'), jitter(50, 'pareto'), cutPort])(
  'a window of $kind is long enough to be measured in',
  (fault) => {
    const probingMs = 'links' in fault.on ? leastProbingMs(fault) : 0;
    expect(leastWindowMs(fault)).toBeGreaterThanOrEqual(probingMs + startingMs);
  },
);
