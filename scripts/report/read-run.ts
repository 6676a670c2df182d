import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { RunEvent } from '../evidence/event.ts';
import { countersFile, KernelCounts } from '../evidence/kernel-counts.ts';
import { CoreDump, coresFile } from '../evidence/core-dump.ts';
import { capturesFile, TrafficCapture } from '../evidence/traffic-capture.ts';
import { latest, ProcessRecord } from '../evidence/process-record.ts';
import { Receipt } from '../verdict/receipt.ts';
import { Difference } from '../parity/difference.ts';
import { ControlResult } from '../verdict/control-result.ts';
import { Verdict } from '../verdict/verdict.ts';
import { SuiteOutcome } from '../suite/outcome.ts';
import { FolderReader } from './folder-reader.ts';
import { digestBounds, digestLog, momentsOf, type LogDigest } from './log-digest.ts';
import { containerLine, journalLine, unitName, type LogLine } from './log-line.ts';
import {
  AbortedFile,
  FailureFile,
  PlanFile,
  type Ending,
  type RecordedRun,
  type SuiteOutput,
} from './recorded-run.ts';
import { toldFiles, untoldPhases } from './told-files.ts';

/** Of all nodes' logs together. */
const maxLogBytes = 256 * 1024 * 1024;
const maxOutputBytes = 6 * 1024;

/** The one place that reads a run folder: what is missing, or cannot be understood, is named among the gaps. */
export function readRun(folder: string): RecordedRun {
  const reader = new FolderReader(folder);
  const events = reader.lines('events.jsonl', RunEvent);
  const verdict = reader.json('verdict.json', Verdict);
  const failure = reader.json('failure.json', FailureFile);
  const aborted = reader.json('aborted.json', AbortedFile);
  const plan = reader.json('plan.json', PlanFile);
  // Read also where the verdict says the same: what is broken in the folder is to be known.
  const receipts = reader.json('receipts.json', z.array(Receipt));
  const parity = reader.json('parity.json', z.array(Difference));
  const first = events[0];
  const begun = events.find((event) => event.type === 'run');
  const endMs = Math.max(1, ...events.map(({ ms }) => ms));
  const ending = endingOf(reader, verdict, failure, aborted);
  const run: Omit<RecordedRun, 'unreadable'> = {
    runId: verdict?.runId ?? basename(resolve(folder)),
    // Where it was written: a copy of the folder makes the same page.
    folder: verdict?.runFolder ?? resolve(folder),
    ending,
    startedAt: first === undefined ? null : new Date(beganMs(first)).toISOString(),
    endMs,
    command: begun?.command ?? [],
    directory: begun?.directory ?? null,
    events,
    plan,
    control: reader.json('control.json', ControlResult),
    suites: suitesOf(reader, verdict),
    outputs: reader.names('suites').map((suite) => outputOf(reader, suite)),
    receipts: verdict?.receipts ?? receipts ?? [],
    counters: reader.has(countersFile) ? reader.lines(countersFile, KernelCounts) : [],
    cores: reader.json(coresFile, z.array(CoreDump)) ?? [],
    captures: reader.json(capturesFile, z.array(TrafficCapture)) ?? [],
    parity: verdict?.parity ?? parity ?? [],
    leftovers: wasHealed(events) ? (verdict?.leftovers ?? null) : null,
    residue: verdict?.residue ?? failure?.residue ?? aborted?.residue ?? null,
    logs: first === undefined ? [] : readLogs(reader, plan, events, beganMs(first), endMs),
    facts: reader.names('facts').flatMap((file) => {
      const facts = reader.json(join('facts', file), z.record(z.string(), z.unknown()));
      return facts === null ? [] : [{ node: file.replace(/\.json$/, ''), values: valuesOf(facts) }];
    }),
    processes: reader.has('processes.jsonl') ? latest(reader.lines('processes.jsonl', ProcessRecord)) : null,
    files: reader.files(),
  };
  return { ...run, unreadable: gapsOf(run, reader) };
}

function gapsOf(
  told: Pick<RecordedRun, 'events' | 'plan' | 'ending'>,
  reader: FolderReader,
): readonly string[] {
  const missing = toldFiles(told).filter((file) => !reader.has(file));
  const untold = reader.has('events.jsonl') ? untoldPhases(told) : [];
  return [
    ...reader.gaps,
    ...(untold.length > 0 ? [`events.jsonl does not tell how these phases ended: ${untold.join(', ')}`] : []),
    ...missing.map((file) => `${file} is not there`),
  ];
}

function endingOf(
  reader: FolderReader,
  verdict: Verdict | null,
  failure: z.infer<typeof FailureFile> | null,
  aborted: AbortedFile | null,
): Ending {
  if (verdict !== null) return { kind: 'judged', verdict };
  if (failure !== null) return { kind: 'failed', message: failure.message };
  const file = ['verdict.json', 'failure.json', 'aborted.json'].find((name) => reader.has(name));
  return aborted === null && file !== undefined ? { kind: 'unread', file } : { kind: 'cut', aborted };
}

/** Leftovers are looked for behind the heal; where no fault came in force there is nothing to heal. */
function wasHealed(events: readonly RunEvent[]): boolean {
  return (
    events.every(({ type }) => type !== 'fault.inject') ||
    events.some((event) => event.type === 'phase.end' && event.phase === 'heal' && event.ok)
  );
}

/** Unix time of the run's zero: events carry both clocks. */
function beganMs({ at, ms }: RunEvent): number {
  return Date.parse(at) - ms;
}

/** A control that failed lends its suites to the verdict; they are no suites of this run. */
function suitesOf(reader: FolderReader, verdict: Verdict | null): readonly SuiteOutcome[] {
  if (verdict?.control != null && verdict.control.verdict !== 'pass') return [];
  const judged = verdict?.suites ?? [];
  const ended = reader
    .names('suites')
    .flatMap((name) => reader.json(join('suites', name, 'outcome.json'), SuiteOutcome) ?? [])
    .filter((one) => judged.every(({ suite }) => suite !== one.suite));
  return [...judged, ...ended.sort((a, b) => a.startedAtMs - b.startedAtMs)];
}

function outputOf(reader: FolderReader, suite: string): SuiteOutput {
  const tail = (name: string): string => reader.tail(join('suites', suite, name), maxOutputBytes);
  return { suite, stdout: tail('stdout.log'), stderr: tail('stderr.log') };
}

/** One node after the other: of its lines only the digest is kept. */
function readLogs(
  reader: FolderReader,
  plan: PlanFile | null,
  events: readonly RunEvent[],
  began: number,
  endMs: number,
): readonly LogDigest[] {
  const planned = plan?.plan.nodes ?? [];
  const nodes = [...new Set([...planned.map(({ name }) => name), ...reader.names('nodes')])];
  const moments = momentsOf(events);
  return nodes.map((node) => {
    const units = planned.find(({ name }) => name === node)?.units.map(unitName) ?? [];
    return digestLog(
      { node, ...linesOfNode(reader, node, began, maxLogBytes / nodes.length) },
      { moments, units, endMs, bounds: digestBounds(nodes.length) },
    );
  });
}

/** The journal where there is one, otherwise what the engine kept of the container's output. */
function linesOfNode(
  reader: FolderReader,
  node: string,
  began: number,
  maxBytes: number,
): { readonly file: string; readonly lines: readonly LogLine[]; readonly unreadBytes: number } {
  const sources = [
    { file: join('nodes', node, 'journal.jsonl'), parse: journalLine },
    { file: join('nodes', node, 'container.log'), parse: containerLine },
  ];
  for (const { file, parse } of sources) {
    const ends = reader.ends(file, maxBytes);
    if (ends === null) continue;
    const lines = reader.understood(file, ends.text.split('\n'), (line) => {
      const understood = parse(line, began);
      return understood === null ? [] : [understood];
    });
    return { file, lines, unreadBytes: ends.unreadBytes };
  }
  return { file: join('nodes', node), lines: [], unreadBytes: 0 };
}

/** Single facts of a machine: not those about how they were had. */
function valuesOf(facts: Readonly<Record<string, unknown>>): number {
  return Object.entries(facts)
    .filter(([name]) => name !== 'schema' && name !== 'source')
    .reduce((sum, [, value]) => sum + leaves(value), 0);
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + leaves(one), 0);
}
