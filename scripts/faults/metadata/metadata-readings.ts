import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { NodeAccess, NodeProcess } from '../../nodes/node.ts';

const lookDeadlineMs = 15_000;
/** A line takes milliseconds to come; whoever has said nothing for so long says nothing any more. */
const silenceMs = 500;
/** For a node that has ended; one that has not, as it should have, never falls silent. */
const lastWordsMs = 2_000;
const pollMs = 50;

/** What the metadata service of a node answers to a client inside, as images/toolbox/imdsprobe.c has it. */
export interface MetadataReading {
  /** Of the real clock. */
  readonly atMs: number;
  /** Statuses; 0: nobody answered. Of the asking for a token, and of asking without one. */
  readonly token: number;
  readonly withoutToken: number;
  /** instance-id; empty where there is none. */
  readonly instance: string;
  readonly interruption: Notice;
  readonly rebalance: Notice;
}

export interface Notice {
  readonly status: number;
  /** Of an interruption; empty where there is none. */
  readonly action: string;
  /** What it is announced for, of the real clock; null where it says none. */
  readonly forMs: number | null;
}

const Interruption = z.object({ action: z.string(), time: z.iso.datetime() });
const Rebalance = z.object({ noticeTime: z.iso.datetime() });

/** From the network namespace of the node, by its side-car. */
export async function readMetadata(sideCar: NodeAccess, signal: AbortSignal): Promise<MetadataReading> {
  const { exitCode, stdout, stderr } = await sideCar.exec(['imdsprobe'], {
    timeoutMs: lookDeadlineMs,
    signal,
  });
  const reading = exitCode === 0 ? metadataReading(stdout.split('\n')[0] ?? '') : null;
  if (reading !== null) return reading;
  throw new Error(`${sideCar.name}: imdsprobe ended with ${exitCode}: ${stderr.trim() || stdout.trim()}`);
}

/** Pure: of one line of imdsprobe; null where it is none. */
export function metadataReading(line: string): MetadataReading | null {
  const [at, token, withoutToken, instance, action, interruption, rebalance, recommendation] =
    line.split('\t');
  if (at === undefined || recommendation === undefined) return null;
  const announced = Interruption.safeParse(parsed(interruption)).data;
  const recommended = Rebalance.safeParse(parsed(recommendation)).data;
  return {
    atMs: Number(at),
    token: Number(token),
    withoutToken: Number(withoutToken),
    instance: instance ?? '',
    interruption: {
      status: Number(action),
      action: announced?.action ?? '',
      forMs: announced === undefined ? null : Date.parse(announced.time),
    },
    rebalance: {
      status: Number(rebalance),
      action: '',
      forMs: recommended === undefined ? null : Date.parse(recommended.noticeTime),
    },
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

/** What a program of a side-car says, line by line, for as long as the node lives. */
export class Onlooker {
  readonly #process: NodeProcess;
  readonly #lines: string[] = [];
  #lastAt = performance.now();
  #hasEnded = false;

  private constructor(process: NodeProcess) {
    this.#process = process;
    process.stderr.resume();
    process.stdin.on('error', () => undefined); // it has ended with its node
    const lines = createInterface({ input: process.stdout });
    lines.on('line', (line) => {
      this.#lines.push(line);
      this.#lastAt = performance.now();
    });
    lines.once('close', () => {
      this.#hasEnded = true;
    });
  }

  static async begin(sideCar: NodeAccess, argv: readonly string[]): Promise<Onlooker> {
    return new Onlooker(await sideCar.start(argv));
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Its node has ended: waits for its last words, which take a moment, and after which the engine may say nothing. */
  async lastWords(): Promise<void> {
    const latest = performance.now() + lastWordsMs;
    const isSpeaking = (now: number): boolean => !this.#hasEnded && now - this.#lastAt < silenceMs;
    for (let now = performance.now(); isSpeaking(now) && now < latest; now = performance.now())
      await delay(pollMs);
  }

  leave(): void {
    this.#process.stdin.end();
    this.#process.close();
  }
}
