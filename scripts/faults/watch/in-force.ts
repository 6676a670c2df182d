import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { isAwayFault, isResourceFault } from '../../../infra/spec/fault.ts';
import { nodesOf } from '../../../infra/plan/target.ts';

/** Told before the inject of a fault, and after its heal. */
export type OnChange = (fault: ScheduledFault, change: 'came' | 'went') => void;

/**
 * The faults in force, each from before its inject until after its heal: one on its way out is still there, and so is one
 * whose heal failed.
 */
export class InForce {
  readonly #faults = new Set<ScheduledFault>();
  /** Of each look-on under way, the targets that faults have been on since it began. */
  readonly #watched = new Set<Set<string>>();
  readonly #onChange: OnChange;

  constructor(onChange: OnChange = () => undefined) {
    this.#onChange = onChange;
  }

  begin(fault: ScheduledFault): void {
    this.#faults.add(fault);
    for (const touched of this.#watched) for (const thing of thingsOf(fault)) touched.add(thing);
    this.#onChange(fault, 'came');
  }

  end(fault: ScheduledFault): void {
    if (this.#faults.delete(fault)) this.#onChange(fault, 'went');
  }

  on(target: string): readonly ScheduledFault[] {
    return [...this.#faults].filter(({ targets }) => targets.includes(target));
  }

  /** What came of `work`, and on which targets there was a fault meanwhile. */
  async watching<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly touched: ReadonlySet<string> }> {
    const touched = new Set([...this.#faults].flatMap(thingsOf));
    this.#watched.add(touched);
    try {
      return { result: await work(), touched };
    } finally {
      this.#watched.delete(touched);
    }
  }
}

/** Whether one of these is `target`, or all of a node that it is on. */
export function isTouched(target: string, touched: ReadonlySet<string>): boolean {
  return touched.has(target) || nodesOf(target).some((node) => touched.has(allOf(node)));
}

/** What a fault is on: its targets, and where it takes or starves a node, all that is on that. */
function thingsOf({ fault, targets }: ScheduledFault): readonly string[] {
  const isOnAll = isAwayFault(fault) || isResourceFault(fault);
  return isOnAll ? [...targets, ...targets.map(allOf)] : targets;
}

function allOf(node: string): string {
  return `all of ${node}`;
}
