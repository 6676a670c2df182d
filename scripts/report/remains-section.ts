import { markup, type Markup } from './markup.ts';
import type { RecordedRun } from './recorded-run.ts';

/** What faults left in the nodes after they were healed, and what is still on the machine. */
export function remainsSection(run: RecordedRun): Markup {
  const { leftovers, residue, runId } = run;
  const remains = isKept(run)
    ? markup`the cluster, on purpose (<code>--keep</code>): <code>understudy down --run ${runId}</code> takes it down`
    : list(residue);
  return markup`<dl class="remains"><dt>By faults, after healing</dt><dd>${list(leftovers)}</dd>
<dt>On this machine, after the run</dt><dd>${remains}</dd></dl>
${residue !== null && residue.length > 0 ? markup`<p><code>understudy reap</code> goes on removing it.</p>` : null}`;
}

/** A cluster that came up in a run that was judged, and that nobody took down. */
export function isKept({ ending, events }: Pick<RecordedRun, 'ending' | 'events'>): boolean {
  const began = (phase: string): boolean =>
    events.some((event) => event.type === 'phase.start' && event.phase === phase);
  return ending.kind === 'judged' && began('provision') && !began('teardown');
}

function list(items: readonly string[] | null): Markup {
  if (items === null) return markup`<span class="unsure">? not known: the run did not get so far</span>`;
  if (items.length === 0) return markup`<span class="good">✓ nothing</span>`;
  return markup`<ul class="bad">${items.map((item) => markup`<li>✗ ${item}</li>`)}</ul>`;
}
