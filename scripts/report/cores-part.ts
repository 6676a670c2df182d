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

function oneCore({ node, name, pid, signal, file, bytes, absent }: CoreDump): Markup {
  const who = `${name} (${pid}) on ${node}, ${signal}`;
  return file === null
    ? markup`<li>${who}: ${absent}</li>\n`
    : markup`<li>${fileLink(file)} <span class="soft">${who}, ${fileSize(bytes)}${absent === '' ? '' : `, ${absent}`}</span></li>\n`;
}
