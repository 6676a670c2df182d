import type { Fault } from '../../infra/spec/fault.ts';

type Of<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

const links = { links: 'all' as const };
const disks = { disks: 'all' as const };

/** One fault of each kind, on everything. */
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
