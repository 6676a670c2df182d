import { assertNever } from '../../../infra/errors.ts';
import type { DiskCallFault } from '../../../infra/spec/fault.ts';
import { blockBytes } from './disk-readings.ts';

/** How a fault is measured. */
export interface CallPlan {
  /** Of each sort, or of each step of a flow. */
  readonly count: number;
  /** Of the file that is read. */
  readonly bytes: number;
  readonly patienceMs: number;
  readonly file: string;
}

/** Time for a host whose processors are all in use. */
const slackMs = 3_000;
/** A call that has not returned by then hangs: without a fault it takes less than a millisecond. */
const hangMs = 1_500;
const flowSeconds = 0.5;
/** A second witness against a fault that only meets some of the blocks or calls: it is asked for so many rounds. */
const errorRounds = 4;

/** Of a disk that is only looked at. */
export const leastPlan: CallPlan = { count: 5, bytes: 16 * blockBytes, patienceMs: slackMs, file: 'read' };

/** Pure: as many calls as tell, in a time that a window has (infra/spec/least-window.ts). */
export function callPlan(fault: DiskCallFault): CallPlan {
  switch (fault.kind) {
    case 'disk.slow': {
      const count = Math.min(20, Math.max(3, Math.ceil(1_000 / fault.delayMs)));
      return { ...leastPlan, count, patienceMs: 2 * count * fault.delayMs + slackMs };
    }
    case 'disk.rate': {
      const wanted = fault.bytesPerSecond * flowSeconds;
      const bytes = Math.min(256 * 1024, Math.floor(wanted / 4 / blockBytes) * blockBytes);
      return { ...leastPlan, bytes, count: Math.ceil(wanted / bytes), patienceMs: 20_000 };
    }
    case 'disk.hang':
      return { ...leastPlan, count: 2, patienceMs: hangMs };
    case 'disk.error': {
      const count = errorRounds * fault.every;
      return { ...leastPlan, count, bytes: count * blockBytes };
    }
    case 'disk.corrupt': {
      const file = fault.files.replaceAll('*', 'understudy').replaceAll('?', 'u');
      return { ...leastPlan, count: leastPlan.bytes / blockBytes, file };
    }
    case 'disk.lost-sync':
      return leastPlan;
    default:
      return assertNever(fault);
  }
}
