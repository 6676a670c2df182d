import { setTimeout as delay } from 'node:timers/promises';
import type { NodeAccess } from '../nodes/node.ts';
import { entrypointRecordId } from './entrypoint-records.ts';
import type { ProcessLog } from './process-log.ts';
import { blankRecord, withFindings, type ProcessIdentity } from './process-record.ts';
import { environmentOf, findingsOf, type Sighting, type WatchLine } from './sighting.ts';
import { suiteRecordId } from './suite-record.ts';
import { unitRecordId } from './unit-records.ts';
import { showUnits, unitStates, withState, type UnitState } from './unit-states.ts';
import type { WatchCar } from './watch-car.ts';
import { messageOf } from '../../infra/errors.ts';

export interface WatchedNode {
  readonly node: NodeAccess;
  readonly units: readonly string[];
  readonly car: WatchCar;
  readonly log: ProcessLog;
  readonly onMissed: (why: string) => void;
}

const askDeadlineMs = 4_000;
/** A unit that falls over and over again is asked for no more often than this. */
const askEveryMs = 250;
const unseen = 'not known yet';

/**
 * Processes of one node. The side-car reads /proc the moment they begin; systemd is asked then and when they are gone,
 * because it alone knows which of a unit's processes is the main one, and with which code that ended.
 */
export class NodeWatch {
  readonly #watched: WatchedNode;
  /** Children of process 1 in a unit, by pid: which of them is the unit's main process, systemd says. */
  readonly #sightings = new Map<number, Sighting>();
  #turn: Promise<void> = Promise.resolve();
  #closing = false;
  #asking: Promise<void> | null = null;
  #askAgain = false;

  constructor(watched: WatchedNode) {
    this.#watched = watched;
  }

  made(): void {
    this.#watched.car.prepare();
  }

  started(timeNano: string): void {
    // The side-car of the start before ends with its namespace.
    this.#turn = this.#turn
      .then(async () => this.#watch(timeNano))
      .catch((error: unknown) => {
        if (!this.#closing) this.#watched.onMissed(messageOf(error));
      });
  }

  async close(late: AbortSignal): Promise<void> {
    this.#closing = true;
    const work = this.#ask().then(async () => this.#watched.car.close());
    const ended = new Promise<void>((resolve) => {
      late.addEventListener('abort', () => {
        resolve();
      });
      if (late.aborted) resolve();
    });
    await Promise.race([Promise.all([work, this.#turn]).catch(() => undefined), ended]);
  }

  async #watch(timeNano: string): Promise<void> {
    if (this.#closing) return;
    this.#sightings.clear();
    await this.#watched.car.join((line) => {
      this.#take(line, timeNano);
    });
  }

  #take(line: WatchLine, timeNano: string): void {
    switch (line.event) {
      case 'start':
        this.#saw(line, timeNano);
        return;
      case 'gone':
        if (this.#sightings.has(line.pid)) void this.#ask();
        return;
      case 'swept':
        return;
    }
  }

  #saw(sighting: Sighting, timeNano: string): void {
    const { log, units } = this.#watched;
    const node = this.#watched.node.name;
    const environment = environmentOf(sighting);
    switch (sighting.kind) {
      case 'entrypoint':
        this.#put({ id: entrypointRecordId(node, timeNano), kind: 'entrypoint', name: node, node }, sighting);
        return;
      case 'suite': {
        const name = environment?.['UNDERSTUDY_SUITE'] ?? '';
        log.add(
          blankRecord({ id: suiteRecordId(name), kind: 'suite', name, node }, unseen),
          findingsOf(sighting),
        );
        return;
      }
      case 'unit': {
        const unit = units[sighting.unit] ?? '';
        const invocation = environment?.['INVOCATION_ID'];
        this.#sightings.set(sighting.pid, sighting);
        // ExecStartPost and its like know the main process, and what it forked off was not started by systemd.
        const direct = environment?.['SYSTEMD_EXEC_PID'];
        const isMain =
          environment?.['MAINPID'] === undefined && (direct ?? `${sighting.pid}`) === `${sighting.pid}`;
        if (invocation !== undefined && isMain)
          this.#put({ id: unitRecordId(node, unit, invocation), kind: 'unit', name: unit, node }, sighting);
        void this.#ask();
        return;
      }
    }
  }

  #put(identity: ProcessIdentity, sighting: Sighting): void {
    const { log } = this.#watched;
    // From nothing: what stood there was a process that came before the main one (ExecStartPre).
    log.put(withFindings(blankRecord(identity, unseen), findingsOf(sighting)));
  }

  /** One question at a time; what comes up meanwhile is asked right after it. */
  async #ask(): Promise<void> {
    if (this.#watched.units.length === 0) return;
    if (this.#asking !== null) {
      this.#askAgain = true;
      await this.#asking;
      return;
    }
    this.#asking = this.#askUntilSettled();
    await this.#asking;
    this.#asking = null;
  }

  async #askUntilSettled(): Promise<void> {
    const { node, units } = this.#watched;
    do {
      this.#askAgain = false;
      const answer = await node.exec(showUnits(units), { timeoutMs: askDeadlineMs }).catch(() => null); // the node is down or paused: the journal tells the rest
      for (const state of answer === null ? [] : unitStates(answer.stdout)) this.#hear(state);
      if (this.#mustAskAgain()) await delay(askEveryMs);
    } while (this.#mustAskAgain());
  }

  #mustAskAgain(): boolean {
    return this.#askAgain && !this.#closing;
  }

  /** The main process is the one that systemd names: a record of another process of that start gives way to it. */
  #hear(state: UnitState): void {
    const { log, units } = this.#watched;
    const node = this.#watched.node.name;
    const id = unitRecordId(node, state.unit, state.invocation);
    const known = log.get(id);
    const sighting = this.#sightings.get(state.pid);
    const isSeen = sighting !== undefined && units[sighting.unit] === state.unit;
    if (known?.pid !== state.pid && isSeen) this.#put({ id, kind: 'unit', name: state.unit, node }, sighting);
    const record = withState(known?.pid === state.pid || isSeen ? log.get(id) : undefined, node, state);
    if (JSON.stringify(record) !== JSON.stringify(known)) log.put(record);
  }
}
