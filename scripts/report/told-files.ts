import { join } from 'node:path';
import type { Phase, RunEvent } from '../evidence/event.ts';
import { capturesFile } from '../evidence/traffic-capture.ts';
import { countersFile } from '../evidence/kernel-counts.ts';
import type { Ending, PlanFile } from './recorded-run.ts';

interface Told {
  readonly events: readonly RunEvent[];
  readonly plan: PlanFile | null;
  readonly ending: Ending;
}

/** Pure: every file of a run folder that the run, by its own story, has written. */
export function toldFiles(told: Told): readonly string[] {
  const { events } = told;
  const lost = untoldPhases(told);
  const ended = (phase: Phase): boolean => endOf(events, phase)?.ok === true || lost.includes(phase);
  const nodes = told.plan?.plan.nodes ?? nodesOf(events);
  const suites = events.flatMap((event) => (event.type === 'suite.end' ? [event.suite] : []));
  return [
    'events.jsonl',
    'plan.json',
    ...ofEnding(told),
    ...(ended('parity') ? ['parity.json', ...nodes.flatMap(({ name }) => factsOf(name, events))] : []),
    ...(events.some((event) => event.type === 'invariant.end' && event.answers > 0)
      ? ['invariants.jsonl']
      : []),
    // Read before each fault came.
    ...(events.some(({ type }) => type === 'fault.inject') ? [countersFile] : []),
    ...suites.map((suite) => join('suites', suite, 'outcome.json')),
    ...(ended('collect')
      ? [
          ...['receipts.json', 'schedule.json', 'processes.jsonl'],
          ...(asksForTraffic(events) && !noted(events, 'not collected: traffic') ? [capturesFile] : []),
          ...nodes.flatMap(({ name, init }) => evidenceOf(name, init, events)),
        ]
      : []),
  ];
}

/** Where the plan cannot be read: those that are known to have run. */
function nodesOf(events: readonly RunEvent[]): readonly { readonly name: string; readonly init?: string }[] {
  const names = events.flatMap((event) => (event.type === 'node' ? [event.node] : []));
  return [...new Set(names)].map((name) => ({ name }));
}

/** Pure: phases that the verdict knows of and the events do not: the end of events.jsonl is missing. */
export function untoldPhases({ events, ending }: Pick<Told, 'events' | 'ending'>): readonly string[] {
  return Object.keys(phasesOf(ending)).filter((phase) => endOf(events, phase) === undefined);
}

function ofEnding({ events, ending }: Told): readonly string[] {
  switch (ending.kind) {
    case 'judged':
      return [...(ending.verdict.control === null ? [] : ['control.json']), 'junit.xml'];
    case 'failed':
    case 'unread':
      return [];
    case 'cut':
      // Whoever took the cluster down in order wrote a verdict, or why there is none.
      if (ending.aborted !== null) return ending.aborted.saved;
      return endOf(events, 'teardown')?.ok === true ? ['verdict.json'] : [];
  }
}

/** Nodes of which the run said itself that they could not be asked are no gap: the story has it. */
function factsOf(node: string, events: readonly RunEvent[]): readonly string[] {
  return noted(events, `no facts of ${node}:`) ? [] : [join('facts', `${node}.json`)];
}

function evidenceOf(node: string, init: string | undefined, events: readonly RunEvent[]): readonly string[] {
  if (noted(events, `not collected: ${node}:`) || noted(events, 'not collected: nodes:')) return [];
  const files = ['state.json', 'container.log', ...(init === 'systemd' ? ['journal.jsonl'] : [])];
  return files.map((file) => join('nodes', node, file));
}

function asksForTraffic(events: readonly RunEvent[]): boolean {
  return events.some((event) => event.type === 'run' && event.command.includes('--pcap'));
}

function noted(events: readonly RunEvent[], beginning: string): boolean {
  return events.some((event) => event.type === 'note' && event.text.startsWith(beginning));
}

function endOf(
  events: readonly RunEvent[],
  phase: string,
): Extract<RunEvent, { type: 'phase.end' }> | undefined {
  return events.filter((event) => event.type === 'phase.end').find((event) => event.phase === phase);
}

function phasesOf(ending: Ending): Readonly<Record<string, number>> {
  return ending.kind === 'judged' ? ending.verdict.phasesMs : {};
}
