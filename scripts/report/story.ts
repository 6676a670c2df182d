import { assertNever } from '../../infra/errors.ts';
import type { RunEvent } from '../evidence/event.ts';
import { listed } from './fault-lanes.ts';
import { fileLink } from './file-link.ts';
import { markup, type Markup } from './markup.ts';
import { brokenWords } from './invariant-lanes.ts';
import { counted, duration, quantity, seconds } from './quantity.ts';
import type { RecordedRun } from './recorded-run.ts';

interface Told {
  readonly ms: number;
  readonly who: string;
  readonly what: string;
  readonly bad: boolean;
}

/** Two thirds from the beginning, the rest from the end: the middle of a huge run is in events.jsonl. */
const most = 240;

/** What happened, in order: the time line for whoever cannot see it, and for searching. */
export function storyTable({ events, logs }: RecordedRun): Markup {
  const told = [
    ...events.flatMap(ofEvent),
    ...logs.flatMap(({ node, changes }) =>
      changes.map(({ ms, change }): Told => ({
        ms: ms ?? 0,
        who: node,
        what: `unit ${change?.unit ?? '?'} ${change?.what ?? ''} ${change?.detail ?? ''}`.trim(),
        bad: change?.what === 'failed' || change?.what === 'restarted' || change?.what === 'exited',
      })),
    ),
  ].sort((a, b) => a.ms - b.ms);
  const first = told.slice(0, Math.floor((most * 2) / 3));
  const last = told.slice(Math.max(first.length, told.length - Math.ceil(most / 3)));
  const between = told.length - first.length - last.length;
  const gap =
    between === 0
      ? null
      : markup`<tr><td></td><td></td><td class="soft">${between} more are in ${fileLink('events.jsonl')}</td></tr>`;
  return markup`<div class="wide" tabindex="0" role="region" aria-label="the time line in words"><table><thead><tr><th scope="col">at</th><th scope="col">who</th><th scope="col">what</th></tr></thead><tbody>
${first.map(row)}${gap}${last.map(row)}</tbody></table></div>`;
}

function row({ ms, who, what, bad }: Told): Markup {
  return markup`<tr><td class="number">${seconds(ms)}</td><td><bdi>${who}</bdi></td><td>${bad ? markup`<b class="bad">✗</b> ` : null}${what}</td></tr>\n`;
}

function ofEvent(event: RunEvent): readonly Told[] {
  const tell = (who: string, what: string, bad = false): readonly Told[] => [
    { ms: event.ms, who, what, bad },
  ];
  switch (event.type) {
    case 'run':
      return tell('run', 'began');
    case 'phase.start':
      return tell('phase', `${event.phase} began`);
    case 'phase.end':
      return tell('phase', `${event.phase} ${event.ok ? 'ended' : `broke off: ${event.why}`}`, !event.ok);
    case 'node':
      return tell(event.node, event.state);
    case 'fault.inject':
      return tell(
        event.fault,
        `in force on ${listed(event.targets)} (inject took ${duration(event.tookMs)})`,
      );
    case 'fault.heal':
      return tell(event.fault, `healed on ${listed(event.targets)} (heal took ${duration(event.tookMs)})`);
    case 'fault.bound':
      return tell(
        event.fault,
        `leaves ${listed(event.limits.map(({ node, bytes, heldBytes }) => `${node} ${quantity(bytes, 'byte')} (it held ${quantity(heldBytes, 'byte')} in the control)`))}`,
      );
    case 'fault.event':
      return tell(
        event.fault,
        `its moment has come: ${event.event}${event.node === null ? '' : `, on ${event.node}`}${event.line === '' ? '' : `: ${event.line}`}`,
      );
    case 'fault.error':
      return tell(event.fault, event.why, true);
    case 'suite.start':
      return tell(`suite ${event.suite}`, 'began');
    case 'suite.end':
      return tell(`suite ${event.suite}`, event.status, event.status !== 'passed');
    case 'invariant.start':
      return tell(`invariant ${event.invariant}`, `asked for on ${listed(event.nodes)} from now on`);
    case 'invariant.broken':
      return tell(`invariant ${event.invariant}`, brokenWords(event), event.isViolation);
    case 'invariant.holds':
      return tell(
        `invariant ${event.invariant}`,
        `holds again on ${listed(event.nodes)}, after ${duration(event.brokenMs)}`,
      );
    case 'invariant.end':
      return tell(`invariant ${event.invariant}`, `was asked for ${counted(event.answers, 'time')}`);
    case 'note':
      return tell('note', event.text);
    default:
      return assertNever(event);
  }
}
