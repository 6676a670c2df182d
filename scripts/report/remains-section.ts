import { markup, type Markup } from './markup.ts';
import type { RecordedRun } from './recorded-run.ts';

/** What faults left in the nodes after they were healed, and what is still on the machine. */
export function remainsSection(run: RecordedRun): Markup {
  const { leftovers, residue, runId, unreadable } = run;
  const why = unreadable.length > 0 ? 'what says so cannot be read' : 'the run did not get so far';
  const remains = isKept(run)
    ? markup`the cluster, on purpose (<code>--keep</code>): <code>understudy down --run ${runId}</code> takes it down`
    : list(residue, why);
  return markup`<dl class="remains"><dt>By faults, after healing</dt><dd>${list(leftovers, why)}</dd>
<dt>On this machine, after the run</dt><dd>${remains}</dd></dl>
${residue !== null && residue.length > 0 ? markup`<p><code>understudy reap</code> goes on removing it.</p>` : null}`;
}

/** A cluster that came up in a run that was judged, and that nobody took down. */
export function isKept({ ending, events }: Pick<RecordedRun, 'ending' | 'events'>): boolean {
  if (ending.kind !== 'judged') return false;
  const { phasesMs } = ending.verdict;
  const began = (phase: string): boolean =>
    phase in phasesMs || events.some((event) => event.type === 'phase.start' && event.phase === phase);
  return began('provision') && !began('teardown');
}

function list(items: readonly string[] | null, whyNot: string): Markup {
  if (items === null) return markup`<span class="unsure">? not known: ${whyNot}</span>`;
  if (items.length === 0) return markup`<span class="good">✓ nothing</span>`;
  return markup`<ul class="bad">${items.map((item) => markup`<li>✗ ${item}</li>`)}</ul>`;
}
