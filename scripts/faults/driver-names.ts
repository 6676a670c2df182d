import type { FaultKind } from '../../infra/spec/fault.ts';
import type { LinkMechanism } from './link-driver.ts';

/** What brought each kind about, for receipts. */
const names = {
  'network.delay': (mechanism) => mechanism,
  'network.jitter': (mechanism) => mechanism,
  'network.loss': (mechanism) => mechanism,
  'network.duplicate': () => 'nftables',
  'network.reorder': () => 'nfqueue',
  'network.corrupt': () => 'nfqueue',
  'network.rate': () => 'htb',
  'network.partition': () => 'nftables',
  'disk.space': () => 'diskfill',
  'disk.inodes': () => 'diskfill',
  'disk.readonly': () => 'remount',
} satisfies Record<FaultKind, (mechanism: LinkMechanism) => string>;

export function driverName(kind: FaultKind, mechanism: LinkMechanism): string {
  return names[kind](mechanism);
}
