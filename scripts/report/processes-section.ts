import { fileLink } from './file-link.ts';
import { markup, type Markup } from './markup.ts';
import { counted } from './quantity.ts';
import type { RecordedRun } from './recorded-run.ts';

/** What is known of the processes that ran: until the page reads single records, how many there are and where. */
export function processesSection({ processes }: RecordedRun): Markup | null {
  if (processes === null) return null;
  return markup`<section id="processes"><h2>Processes</h2><p>${counted(processes, 'start')} of units, entrypoints and suites recorded: ${fileLink('processes.jsonl')}.</p></section>`;
}
