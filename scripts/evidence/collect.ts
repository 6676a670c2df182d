import type Docker from 'dockerode';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { replacedName } from '../../infra/components/docker/names.ts';
import type { Handle } from '../../infra/handle.ts';
import { containerState } from '../nodes/container-state.ts';
import { DockerNode } from '../nodes/docker.ts';
import { liveJournal, stoppedJournal } from '../nodes/journal.ts';
import { journalEntry } from './journal.ts';
import type { RunFolder } from './run-folder.ts';
import { messageOf } from '../../infra/errors.ts';

export interface Collecting {
  readonly engine: Docker;
  readonly nodes: Handle['nodes'];
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
}

export interface Collected {
  /** Files, relative to the run folder. */
  readonly saved: readonly string[];
  /** What could not be had, and why. */
  readonly missed: readonly string[];
}

const nodeDeadlineMs = 30_000;

/**
 * State, container log and journal of every node, whether it runs, has stopped or died, streamed into the run folder.
 * What is there already is left as it is; what cannot be had is named, and stops nothing else.
 */
export async function collectNodes({ engine, nodes, folder, signal }: Collecting): Promise<Collected> {
  const all = await Promise.all(
    nodes.map(async ({ name, init, container }) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(nodeDeadlineMs)]);
      const look = new NodeEvidence(engine, name, container, folder, limit);
      const found = await Promise.allSettled([
        look.state(),
        look.log(),
        ...(init === 'systemd' ? [look.journal()] : []),
      ]);
      return found.map((one) =>
        one.status === 'fulfilled'
          ? { saved: one.value, missed: null }
          : {
              saved: null,
              missed: `${name}: ${messageOf(one.reason)}`,
            },
      );
    }),
  );
  const saved = all.flat().flatMap((one) => (one.saved === null ? [] : [one.saved]));
  const missed = all.flat().flatMap((one) => (one.missed === null ? [] : [one.missed]));
  return { saved: saved.sort(), missed: [...new Set(missed)].sort() };
}

/** Each answers with the file that it wrote, or null where that was there already. */
class NodeEvidence {
  readonly #engine: Docker;
  readonly #name: string;
  readonly #folder: RunFolder;
  readonly #limit: AbortSignal;
  readonly #info: Promise<Docker.ContainerInspectInfo>;
  /** Those in whose place it came, oldest first, and itself: its log and its journal are all of theirs. */
  readonly #all: Promise<readonly Docker.ContainerInspectInfo[]>;

  constructor(engine: Docker, name: string, container: string, folder: RunFolder, limit: AbortSignal) {
    this.#engine = engine;
    this.#name = name;
    this.#folder = folder;
    this.#limit = limit;
    this.#info = engine.getContainer(container).inspect();
    this.#all = allOf(engine, container);
    // Where nobody asks, since all is saved already, nobody need hear of it.
    for (const one of [this.#info, this.#all]) one.catch(() => undefined);
  }

  async state(): Promise<string | null> {
    return this.#unlessThere('state.json', async (file) => {
      const state = await containerState(this.#engine, this.#name, await this.#info, this.#limit);
      this.#folder.writeJson(file, state);
    });
  }

  async log(): Promise<string | null> {
    return this.#unlessThere('container.log', async (file) => {
      const [engine, name, all] = [this.#engine, this.#name, await this.#all];
      const logs = async function* (): AsyncIterable<Uint8Array> {
        for (const { Id } of all) yield* await new DockerNode(engine, name, Id).logs({ timestamps: true });
      };
      await this.#folder.writeStream(file, Readable.from(logs()), this.#limit);
    });
  }

  async journal(): Promise<string | null> {
    return this.#unlessThere('journal.jsonl', async (file) => {
      const [engine, name, all] = [this.#engine, this.#name, await this.#all];
      const journals = async function* (): AsyncIterable<Uint8Array> {
        for (const info of all) {
          await using reading = info.State.Running
            ? await liveJournal(engine, name, info.Id)
            : await stoppedJournal(engine, info);
          yield* reading.lines;
          await reading.ended();
        }
      };
      await this.#folder.writeLines(file, Readable.from(journals()), cleanEntry, this.#limit);
    });
  }

  async #unlessThere(name: string, write: (file: string) => Promise<void>): Promise<string | null> {
    const file = join('nodes', this.#name, name);
    if (existsSync(this.#folder.file(file))) return null;
    await within(this.#limit, async () => write(file));
    return file;
  }
}

/** A node, behind those in whose place it came, oldest first. */
export async function allOf(
  engine: Docker,
  container: string,
): Promise<readonly Docker.ContainerInspectInfo[]> {
  const named = `^/${replacedName(container, '[0-9]+')}$`;
  const found = await engine.listContainers({ all: true, filters: { name: [named] } });
  const oldestFirst = found.sort((a, b) => a.Created - b.Created).map(({ Id }) => Id);
  return await Promise.all(
    [...oldestFirst, container].map(async (one) => engine.getContainer(one).inspect()),
  );
}

/** As text throughout: journald writes what holds a colour or a broken byte as numbers, in which a secret could hide. */
function cleanEntry(line: string): string | null {
  const entry = journalEntry(line);
  return entry === null ? null : JSON.stringify(entry);
}

async function within<T>(limit: AbortSignal, work: () => Promise<T>): Promise<T> {
  limit.throwIfAborted();
  const late = Promise.withResolvers<never>();
  const give = (): void => {
    late.reject(limit.reason instanceof Error ? limit.reason : new Error(String(limit.reason)));
  };
  limit.addEventListener('abort', give, { once: true });
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    limit.removeEventListener('abort', give);
  }
}
