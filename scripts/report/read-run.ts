import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { RunEvent } from '../evidence/event.ts';
import { latest, ProcessRecord } from '../evidence/process-record.ts';
import { Receipt } from '../faults/receipt.ts';
import { Difference } from '../parity/difference.ts';
import { ControlResult } from '../rehearsal/control.ts';
import { Verdict } from '../rehearsal/verdict.ts';
import { SuiteOutcome } from '../suite/outcome.ts';
import { digestBounds, digestLog, momentsOf, type LogDigest } from './log-digest.ts';
import { containerLine, journalLine, unitName, type LogLine } from './log-line.ts';
import { parsedJson } from './parsed-json.ts';
import { readEnds, readTail } from './read-ends.ts';
import {
  AbortedFile,
  FailureFile,
  PlanFile,
  type Ending,
  type FileBeside,
  type RecordedRun,
  type SuiteOutput,
} from './recorded-run.ts';

/** Of all nodes' logs together. */
const maxLogBytes = 256 * 1024 * 1024;
const maxOutputBytes = 6 * 1024;

/**
 * The one place that reads a run folder. Whatever is missing is left out, and what cannot be understood is named: a page
 * about a run that went wrong must not fail because the run did.
 */
export function readRun(folder: string): RecordedRun {
  const unreadable: string[] = [];
  const json = <S extends z.ZodType>(name: string, schema: S): z.output<S> | null =>
    readJson(folder, name, schema, unreadable);

  const events = readLines(folder, 'events.jsonl', RunEvent, unreadable);
  const verdict = json('verdict.json', Verdict);
  const failure = json('failure.json', FailureFile);
  const aborted = json('aborted.json', AbortedFile);
  const plan = json('plan.json', PlanFile);
  const control = json('control.json', ControlResult);
  const first = events[0];
  const endMs = Math.max(1, ...events.map(({ ms }) => ms));
  const ending: Ending =
    verdict !== null
      ? { kind: 'judged', verdict }
      : failure !== null
        ? { kind: 'failed', message: failure.message }
        : { kind: 'cut', aborted };
  const suites = suitesOf(folder, verdict, unreadable);
  return {
    runId: verdict?.runId ?? basename(folder),
    // Where it was written: a copy of the folder makes the same page.
    folder: verdict?.runFolder ?? resolve(folder),
    ending,
    startedAt: first === undefined ? null : new Date(beganMs(first)).toISOString(),
    endMs,
    command: events.flatMap((event) => (event.type === 'run' ? [event.command] : []))[0] ?? [],
    events,
    plan,
    control,
    suites,
    outputs: namesIn(folder, 'suites').map((suite) => outputOf(folder, suite)),
    receipts: verdict?.receipts ?? json('receipts.json', z.array(Receipt)) ?? [],
    parity: verdict?.parity ?? json('parity.json', z.array(Difference)) ?? [],
    leftovers: wasHealed(events) ? (verdict?.leftovers ?? null) : null,
    residue: verdict?.residue ?? failure?.residue ?? aborted?.residue ?? null,
    logs: first === undefined ? [] : readLogs(folder, plan, events, beganMs(first), endMs),
    facts: namesIn(folder, 'facts').flatMap((file) => {
      const facts = parsedJson(read(folder, join('facts', file)) ?? '');
      return facts === undefined ? [] : [{ node: file.replace(/\.json$/, ''), values: valuesOf(facts) }];
    }),
    processes: existsSync(join(folder, 'processes.jsonl'))
      ? latest(readLines(folder, 'processes.jsonl', ProcessRecord, unreadable))
      : null,
    files: filesBeside(folder, ''),
    unreadable,
  };
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

/** Lines that can be read; a crash may have cut the last one, and a later version may write other ones. */
function readLines<S extends z.ZodType>(
  folder: string,
  name: string,
  schema: S,
  unreadable: string[],
): readonly z.output<S>[] {
  const lines = (read(folder, name) ?? '').split('\n').filter((line) => line !== '');
  const values = lines.flatMap((line) => {
    const result = schema.safeParse(parsedJson(line));
    return result.success ? [result.data] : [];
  });
  if (values.length < lines.length) {
    unreadable.push(`${name}: ${lines.length - values.length} of ${lines.length} lines`);
  }
  return values;
}

/** A control that failed lends its suites to the verdict; they are no suites of this run. */
function suitesOf(folder: string, verdict: Verdict | null, unreadable: string[]): readonly SuiteOutcome[] {
  if (verdict?.control != null && verdict.control.verdict !== 'pass') return [];
  const judged = verdict?.suites ?? [];
  const ended = namesIn(folder, 'suites')
    .filter((name) => judged.every(({ suite }) => suite !== name))
    .flatMap(
      (name) => readJson(folder, join('suites', name, 'outcome.json'), SuiteOutcome, unreadable) ?? [],
    );
  return [...judged, ...ended.sort((a, b) => a.startedAtMs - b.startedAtMs)];
}

function outputOf(folder: string, suite: string): SuiteOutput {
  const tail = (name: string): string => {
    const path = join(folder, 'suites', suite, name);
    return existsSync(path) ? readTail(path, maxOutputBytes) : '';
  };
  return { suite, stdout: tail('stdout.log'), stderr: tail('stderr.log') };
}

/** One node after the other: of its lines only the digest is kept. */
function readLogs(
  folder: string,
  plan: PlanFile | null,
  events: readonly RunEvent[],
  began: number,
  endMs: number,
): readonly LogDigest[] {
  const planned = plan?.plan.nodes ?? [];
  const nodes = [...new Set([...planned.map(({ name }) => name), ...namesIn(folder, 'nodes')])];
  const moments = momentsOf(events);
  return nodes.map((node) => {
    const units = planned.find(({ name }) => name === node)?.units.map(unitName) ?? [];
    return digestLog(
      { node, ...linesOfNode(folder, node, began, maxLogBytes / nodes.length) },
      { moments, units, endMs, bounds: digestBounds(nodes.length) },
    );
  });
}

/** The journal where there is one, otherwise what the engine kept of the container's output. */
function linesOfNode(
  folder: string,
  node: string,
  began: number,
  maxBytes: number,
): { readonly file: string; readonly lines: readonly LogLine[]; readonly unreadBytes: number } {
  const sources = [
    { file: join('nodes', node, 'journal.jsonl'), parse: journalLine },
    { file: join('nodes', node, 'container.log'), parse: containerLine },
  ];
  for (const { file, parse } of sources) {
    const path = join(folder, file);
    if (!existsSync(path) || statSync(path).size === 0) continue;
    const { text, unreadBytes } = readEnds(path, maxBytes);
    const lines = text
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => parse(line, began) ?? []);
    return { file, lines, unreadBytes };
  }
  return { file: join('nodes', node), lines: [], unreadBytes: 0 };
}

function readJson<S extends z.ZodType>(
  folder: string,
  name: string,
  schema: S,
  unreadable: string[],
): z.output<S> | null {
  const text = read(folder, name);
  if (text === null) return null;
  const value = parsedJson(text);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const why =
    value === undefined ? 'not whole JSON' : `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  unreadable.push(`${name}: ${why}`);
  return null;
}

function read(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return null;
  }
}

function namesIn(folder: string, below: string): readonly string[] {
  return existsSync(join(folder, below)) ? readdirSync(join(folder, below)).sort() : [];
}

/** Everything but the page itself. */
function filesBeside(folder: string, below: string): readonly FileBeside[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(below, entry.name);
      if (entry.isDirectory()) return filesBeside(folder, path);
      return entry.isFile() && path !== 'report.html'
        ? [{ path, bytes: statSync(join(folder, path)).size }]
        : [];
    });
}

/** Single facts of a machine: not those about how they were had. */
function valuesOf(facts: unknown): number {
  if (typeof facts !== 'object' || facts === null) return 0;
  return Object.entries(facts)
    .filter(([name]) => name !== 'schema' && name !== 'source')
    .reduce((sum, [, value]) => sum + leaves(value), 0);
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + leaves(one), 0);
}
