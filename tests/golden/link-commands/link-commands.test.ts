import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { clean } from '../../../scripts/faults/links/link-condition.ts';
import {
  classRoot,
  cutFrom,
  cutTable,
  duplicatedTo,
  emulatedTo,
  ratedTo,
  shapedFrom,
  shaperTable,
  type LinkCommands,
} from '../../../scripts/faults/links/link-commands.ts';

const peer = '198.18.7.12';
const cases: readonly (readonly [title: string, commands: LinkCommands])[] = [
  ['root of all classes', classRoot],
  ['table of the rules below', shaperTable],
  ['NFQUEUE for what comes from the peer', shapedFrom(peer)],
  ['table of all that nothing comes from', cutTable],
  ['nothing comes from the peer', cutFrom(peer, ['all'])],
  ["nothing of the peer's connections to or from a port", cutFrom(peer, [{ protocol: 'tcp', port: 6379 }])],
  ['no UDP comes from the peer', cutFrom(peer, [{ protocol: 'udp' }])],
  ['every tenth to the peer twice', duplicatedTo(peer, 0.1)],
  ['1 Mbit/s to the peer', ratedTo(peer, 3, 1)],
  ['100 Mbit/s to the peer', ratedTo(peer, 3, 100)],
  ['netem: 80 ms', emulatedTo(peer, 3, { ...clean, delayMs: 80 })],
  ['netem: 80 ms ± 20 ms', emulatedTo(peer, 3, { ...clean, delayMs: 80, jitterMs: 20 })],
  [
    'netem: 80 ms, normal by 20 ms',
    emulatedTo(peer, 3, { ...clean, delayMs: 80, jitterMs: 20, distribution: 'normal' }),
  ],
  ["netem: by Pareto's 20 ms, and no delay", emulatedTo(peer, 3, { ...clean, jitterMs: 20, distribution: 'pareto' })],
  ['netem: 2 % lost', emulatedTo(peer, 3, { ...clean, lossRatio: 0.02 })],
  ['netem: 10 % lost, five in a row', emulatedTo(peer, 3, { ...clean, bursts: { lossRatio: 0.1, burstPackets: 5 } })],
  [
    'netem: the whole of degraded-network',
    emulatedTo(peer, 10, { ...clean, delayMs: 80, jitterMs: 20, lossRatio: 0.02, rateMbit: 10 }),
  ],
];

/** UPDATE_GOLDEN=1 writes the file anew. */
test('the commands that degrade a link are the golden ones', () => {
  const golden = join(packageRoot, 'tests/golden/link-commands/commands.txt');
  const rendered = cases.map(([title, commands]) => render(title, commands)).join('\n');
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, rendered);
  expect(rendered).toBe(readFileSync(golden, 'utf8'));
});

function render(title: string, commands: LinkCommands): string {
  const lines = (verb: string, all: LinkCommands['do']): string[] =>
    all.map((argv) => `${verb.padEnd(5)} ${argv.join(' ')}`);
  return [`# ${title}`, ...lines('undo', commands.undo), ...lines('do', commands.do), ''].join('\n');
}
