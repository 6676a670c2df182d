import {
  capturesFile,
  captureMegabytes,
  snapBytes,
  type TrafficCapture,
} from '../evidence/traffic-capture.ts';
import { fileLink } from './file-link.ts';
import { markup, type Markup } from './markup.ts';
import { counted, fileSize } from './quantity.ts';

const maxFiles = 60;

/** Pure: which traffic was captured; null where none was to be. */
export function trafficPart(captures: readonly TrafficCapture[]): Markup | null {
  const [first] = captures;
  if (first === undefined) return null;
  const shown = captures.slice(0, maxFiles);
  return markup`<details><summary>traffic of ${counted(captures.length, 'node')}, captured</summary>
<p class="soft">What passed each node's network, but for our probes (<code>${first.filter}</code>); ${snapBytes} bytes of each packet, ${captureMegabytes} MB a file. <b>Payloads are as they were: nothing in these files is redacted.</b></p>
<ul class="files">${shown.map(oneCapture)}
${captures.length > shown.length ? markup`<li>and ${captures.length - shown.length} more: ${fileLink(capturesFile)}</li>` : null}</ul></details>`;
}

function oneCapture({ node, file, bytes, packets, dropped, isCutOff, absent }: TrafficCapture): Markup {
  if (file === null) return markup`<li class="bad">✗ ${node}: ${absent}</li>\n`;
  const words = [
    fileSize(bytes),
    ...(packets === null ? [] : [counted(packets, 'packet')]),
    ...(dropped === null || dropped === 0 ? [] : [`${dropped} came too fast and are missing`]),
    ...(isCutOff ? ['cut off: the file was full'] : []),
  ];
  return markup`<li>${fileLink(file)} <span class="soft">${words.join(', ')}</span></li>\n`;
}
