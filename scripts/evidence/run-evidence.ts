import type Docker from 'dockerode';
import type { BoundPlan } from '../../infra/plan/plan.ts';
import { handleOf } from '../../infra/components/docker/handle.ts';
import { collectCaptures, startCapture } from './captures.ts';
import { collectCores } from './collect-cores.ts';
import { collectNodes } from './collect.ts';
import { completeEvidence } from './complete.ts';
import { followEngineEvents } from './engine-events.ts';
import { ProcessLog } from './process-log.ts';
import { ProcessWatch } from './process-watch.ts';
import { redactFolder } from './redact-folder.ts';
import type { Recorder } from './recorder.ts';
import type { RunFolder } from './run-folder.ts';
import { secretsOfPlan } from '../../infra/plan/secrets.ts';
import { tooShort } from './redactor.ts';
import { messageOf } from '../../infra/errors.ts';

export interface EvidenceStage {
  readonly engine: Docker;
  readonly bound: BoundPlan;
  readonly toolbox: string;
  readonly folder: RunFolder;
  readonly recorder: Recorder;
}

/** Everything that is seen while a run lasts, and kept of it in the end. Nothing here fails a run: it becomes a note. */
export class RunEvidence {
  readonly processes: ProcessLog;
  readonly #stage: EvidenceStage;
  readonly #watch: ProcessWatch;
  #onNodeStart: (node: string) => void = () => undefined;
  readonly #ended = new AbortController();
  readonly #secretsAtFirst: number;

  constructor(stage: EvidenceStage) {
    this.#stage = stage;
    this.processes = new ProcessLog(stage.folder);
    this.#watch = new ProcessWatch({
      ...stage,
      log: this.processes,
      onMissed: (what) => {
        this.#note(`not seen: ${what}`);
      },
    });
    this.#secretsAtFirst = stage.folder.redactor.secrets.length;
  }

  /** Call it before the first node is there: each is watched from its start. */
  async open(): Promise<void> {
    const { engine, bound, folder } = this.#stage;
    const short = tooShort(secretsOfPlan(bound.loaded.plan));
    if (short.length > 0) this.#note(`too short to be looked for everywhere: ${short.join(', ')}`);
    await this.#noting('schedule', async () => completeEvidence(folder));
    await this.#noting('engine events', async () =>
      followEngineEvents(engine, bound.run.runId, folder, this.#ended.signal, (event) => {
        this.#watch.heard(event);
        if (event.event === 'start') this.#onNodeStart(event.node);
      }),
    );
  }

  /** From now on what passes the nodes' networks is captured, but for what `filter` leaves out; also of nodes that start anew. */
  async capture(filter: string): Promise<void> {
    const { engine, bound, toolbox } = this.#stage;
    const starts = new Map<string, number>();
    const begin = async (node: string): Promise<void> => {
      const start = (starts.get(node) ?? 0) + 1;
      starts.set(node, start);
      await this.#noting(`traffic of ${node}`, async () =>
        startCapture({ engine, bound, toolbox, filter }, node, start),
      );
    };
    await Promise.all(bound.loaded.plan.nodes.map(async ({ name }) => begin(name)));
    this.#onNodeStart = (node) => void begin(node);
  }

  /** Ends the watching, saves what the nodes have, and completes by it what was seen. */
  async collect(signal: AbortSignal): Promise<void> {
    const { engine, bound, folder } = this.#stage;
    this.#onNodeStart = () => undefined;
    await this.#noting('traffic', async () => collectCaptures(engine, bound.run.runId, folder, signal));
    await this.#noting('processes', async () => this.#watch.close(signal));
    const { nodes } = handleOf(bound, []);
    await this.#noting('nodes', async () => {
      const { missed } = await collectNodes({ engine, nodes, folder, signal });
      for (const one of missed) this.#note(`not collected: ${one}`);
    });
    this.#ended.abort();
    await this.#noting('processes', async () => completeEvidence(folder));
    await this.#noting('cores', async () => collectCores({ engine, nodes, folder, signal }));
    // What was found to be secret on the way may stand in what was written before.
    if (folder.redactor.secrets.length > this.#secretsAtFirst)
      await this.#noting('redaction', async () => redactFolder(folder));
  }

  async #noting(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#note(`not collected: ${what}: ${messageOf(error)}`);
    }
  }

  #note(text: string): void {
    this.#stage.recorder.record({ type: 'note', text });
  }
}
