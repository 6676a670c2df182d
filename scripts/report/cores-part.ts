import type { CoreDump } from '../evidence/core-dump.ts';
import { fileLink } from './file-link.ts';
import { markup, type Markup } from './markup.ts';
import { counted, fileSize } from './quantity.ts';

const maxCores = 40;

/** Pure: processes that crashed, and their cores; null where none did. */
export function coresPart(cores: readonly CoreDump[]): Markup | null {
  if (cores.length === 0) return null;
  return markup`<details open><summary>${counted(cores.length, 'process', 'processes')} crashed</summary>
<p class="soft"><b>A core is a process's memory, with all that was secret in it: nothing in these files is redacted.</b></p>
<ul class="files">${cores.slice(0, maxCores).map(oneCore)}${cores.length > maxCores ? markup`<li>and ${cores.length - maxCores} more</li>` : null}</ul></details>`;
}

/** Pure: "2 cores kept: crasher.service on worker-1, worker-2"; empty where nothing crashed. */
export function coreWords(cores: readonly CoreDump[]): string {
  const [kept, lost] = [cores.filter(({ file }) => file !== null), cores.filter(({ file }) => file === null)];
  return [
    ...(kept.length > 0 ? [`${counted(kept.length, 'core')} kept: ${whose(kept)}`] : []),
    ...(lost.length > 0
      ? [`${counted(lost.length, 'process', 'processes')} crashed without a core: ${whose(lost)}`]
      : []),
  ].join('; ');
}

function whose(cores: readonly CoreDump[]): string {
  const of = [...Map.groupBy(cores, ({ name }) => name)];
  const words = of
    .slice(0, maxNamed)
    .map(([name, ones]) => `${name} on ${[...new Set(ones.map(({ node }) => node))].join(', ')}`);
  return [...words, ...(of.length > maxNamed ? [`and ${of.length - maxNamed} more`] : [])].join('; ');
}

const maxNamed = 5;

function oneCore({ node, name, pid, signal, file, bytes, absent }: CoreDump): Markup {
  const who = `${name} (${pid}) on ${node}, ${signal}`;
  return file === null
    ? markup`<li>${who}: ${absent}</li>\n`
    : markup`<li>${fileLink(file)} <span class="soft">${who}, ${fileSize(bytes)}${absent === '' ? '' : `, ${absent}`}</span></li>\n`;
}
