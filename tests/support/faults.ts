import type { Fault, FaultKind } from '../../infra/spec/fault.ts';

type Of<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

const links = { links: 'all' as const };
const disks = { disks: 'all' as const };

export const delay = (delayMs: number): Of<'network.delay'> => ({
  kind: 'network.delay',
  name: 'd',
  on: links,
  delayMs,
});
export const jitter = (jitterMs: number): Of<'network.jitter'> => ({
  kind: 'network.jitter',
  name: 'j',
  on: links,
  jitterMs,
});
export const loss = (lossRatio: number): Of<'network.loss'> => ({
  kind: 'network.loss',
  name: 'l',
  on: links,
  lossRatio,
});
export const duplicate = (duplicateRatio: number): Of<'network.duplicate'> => ({
  kind: 'network.duplicate',
  name: 'u',
  on: links,
  duplicateRatio,
});
export const reorder = (reorderRatio: number): Of<'network.reorder'> => ({
  kind: 'network.reorder',
  name: 'e',
  on: links,
  reorderRatio,
  byMs: 20,
});
export const corrupt = (corruptRatio: number): Of<'network.corrupt'> => ({
  kind: 'network.corrupt',
  name: 'c',
  on: links,
  corruptRatio,
});
export const rate = (rateMbit: number): Of<'network.rate'> => ({
  kind: 'network.rate',
  name: 'r',
  on: links,
  rateMbit,
});
export const cut: Of<'network.partition'> = { kind: 'network.partition', name: 'p', on: links };
export const space = (freeBytes: number): Of<'disk.space'> => ({
  kind: 'disk.space',
  name: 's',
  on: disks,
  freeBytes,
});
export const inodes = (freeInodes: number): Of<'disk.inodes'> => ({
  kind: 'disk.inodes',
  name: 'i',
  on: disks,
  freeInodes,
});
export const readOnly: Of<'disk.readonly'> = { kind: 'disk.readonly', name: 'o', on: disks };

const units = { units: [{ node: '*' }] };
const nodes = { nodes: [{ node: '*' }] };
export const kill: Of<'process.kill'> = { kind: 'process.kill', name: 'k', on: units, signal: 'KILL' };
export const crashLoop: Of<'process.crash-loop'> = {
  kind: 'process.crash-loop',
  name: 'a',
  on: units,
  afterMs: 200,
};
export const stop: Of<'process.pause'> = { kind: 'process.pause', name: 't', on: units };
export const freeze: Of<'node.pause'> = { kind: 'node.pause', name: 'f', on: nodes };
export const powerLoss: Of<'node.kill'> = { kind: 'node.kill', name: 'w', on: nodes };
export const reboot: Of<'node.reboot'> = { kind: 'node.reboot', name: 'b', on: nodes };

export const jump: Of<'clock.offset'> = { kind: 'clock.offset', name: 'm', on: nodes, offsetMs: 90_000 };
export const drift: Of<'clock.rate'> = { kind: 'clock.rate', name: 'g', on: nodes, driftPpm: 200 };
export const zone: Of<'clock.zone'> = { kind: 'clock.zone', name: 'z', on: nodes, zone: 'Pacific/Chatham' };

/** On everything. */
export const oneOfEach = {
  'network.delay': delay(20),
  'network.jitter': jitter(5),
  'network.loss': loss(0.1),
  'network.duplicate': duplicate(0.1),
  'network.reorder': reorder(0.1),
  'network.corrupt': corrupt(0.1),
  'network.rate': rate(10),
  'network.partition': cut,
  'disk.space': space(0),
  'disk.inodes': inodes(0),
  'disk.readonly': readOnly,
  'process.kill': kill,
  'process.crash-loop': crashLoop,
  'process.pause': stop,
  'node.pause': freeze,
  'node.kill': powerLoss,
  'node.reboot': reboot,
  'clock.offset': jump,
  'clock.rate': drift,
  'clock.zone': zone,
} satisfies Record<FaultKind, Fault>;
