import type Docker from 'dockerode';
import { containerName } from '../../infra/components/docker/names.ts';
import type { BoundPlan } from '../../infra/plan/plan.ts';
import { DockerNode } from '../nodes/docker.ts';
import { NodeWatch } from './node-watch.ts';
import type { EngineEvent } from './engine-event.ts';
import type { ProcessLog } from './process-log.ts';
import { WatchCar, watchArguments } from './watch-car.ts';
import { unitFile } from '../nodes/unit-file.ts';

export interface WatchStage {
  readonly engine: Docker;
  readonly bound: BoundPlan;
  /** Image of the side-cars. */
  readonly toolbox: string;
  readonly log: ProcessLog;
  /** Told of what could not be seen. */
  readonly onMissed: (what: string) => void;
}

const closeWithinMs = 5_000;

/**
 * Watches the processes of all nodes of a run, from the start of each to the end of the watch. It reads and nothing
 * else, and never fails a run: what it cannot see is said and stays null in the records.
 */
export class ProcessWatch {
  readonly #nodes: ReadonlyMap<string, NodeWatch>;

  constructor({ engine, bound, toolbox, log, onMissed }: WatchStage) {
    this.#nodes = new Map(
      bound.loaded.plan.nodes.flatMap((node) => {
        const argv = watchArguments(bound, node);
        if (argv === null) return [];
        const watch = new NodeWatch({
          node: new DockerNode(engine, node.name, containerName(bound, node.name)),
          units: node.units.map(unitFile),
          car: new WatchCar(engine, bound, node.name, toolbox, argv),
          log,
          onMissed: (why) => {
            onMissed(`processes of ${node.name}: ${why}`);
          },
        });
        return [[node.name, watch] as const];
      }),
    );
  }

  /** The engine has made or started a node: its side-car gets ready, and joins. */
  heard({ event, node, timeNano }: EngineEvent): void {
    if (event === 'create') this.#nodes.get(node)?.made();
    if (event === 'start') this.#nodes.get(node)?.started(timeNano);
  }

  /** Asks systemd once more, then ends; in any case after five seconds, or when `skip` says so. */
  async close(skip: AbortSignal): Promise<void> {
    const late = AbortSignal.any([skip, AbortSignal.timeout(closeWithinMs)]);
    await Promise.all([...this.#nodes.values()].map(async (node) => node.close(late)));
  }
}
