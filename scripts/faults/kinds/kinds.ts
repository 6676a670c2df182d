import type { FaultKind } from '../../../infra/spec/fault.ts';
import type { Abilities } from '../side-car/abilities.ts';
import { linkMechanism } from '../links/link-driver.ts';
import type { Grant } from '../side-car/side-car.ts';

/** What holds for all faults of one kind. */
interface KindTraits {
  /** What brings it about, for receipts. */
  readonly driver: string | ((abilities: Abilities) => string);
  /**
   * Who undoes it when the controller is gone: the node's own side-car, within ten seconds; or whoever takes the cluster
   * down, since what is left of it goes with the node.
   */
  readonly healedBy: 'node' | 'destroy';
  /** What its side-car must be allowed. */
  readonly needs: readonly Grant[];
  /** What the kernel does not offer to it; null where it does. */
  readonly missing: (abilities: Abilities) => string | null;
}

const nothing = (): null => null;
const cannotAsk = 'no process can be asked for its time here (ptrace, on x86-64)';
const cannotTrace =
  'no process can be traced here (ptrace; tried on x86-64 alone), to see whether its signal arrives';
const cannotFollow =
  'no process can be followed from call to call here (ptrace with PTRACE_GET_SYSCALL_INFO, since 5.3)';
const queued = {
  driver: linkMechanism,
  healedBy: 'node',
  needs: ['network'],
  missing: ({ nfqueue, netem, htb }: Abilities) =>
    nfqueue || (netem && htb)
      ? null
      : 'the kernel has neither NFQUEUE (CONFIG_NETFILTER_XT_TARGET_NFQUEUE) nor netem below htb (CONFIG_NET_SCH_NETEM)',
} as const;
/** netem reorders by letting some through at once, and corrupts headers as well as what they carry: neither is what is asked. */
const shaped = {
  driver: 'nfqueue',
  healedBy: 'node',
  needs: ['network'],
  missing: ({ nfqueue }: Abilities) =>
    nfqueue ? null : 'the kernel has no NFQUEUE (CONFIG_NETFILTER_XT_TARGET_NFQUEUE)',
} as const;
const filled = { driver: 'diskfill', healedBy: 'node', needs: ['disk'], missing: nothing } as const;
const signalled = { driver: 'unitfault', healedBy: 'node', needs: ['signal'], missing: nothing } as const;
/** The drop-in goes and the unit is started anew, by the side-car itself. */
const unitSetting = { driver: 'systemd', healedBy: 'node', needs: ['inside'], missing: nothing } as const;
/** Files of the node are changed, and put back by the side-car itself. */
const ofFiles = { healedBy: 'node', needs: ['files'], missing: nothing } as const;
const ofAccount = { ...ofFiles, driver: 'accountless' } as const;
const shifted = {
  driver: 'clockshift',
  healedBy: 'node',
  needs: ['clock'],
  missing: ({ clocks }: Abilities) => (clocks ? null : cannotAsk),
} as const;
const answered = {
  driver: 'dnsfault',
  healedBy: 'node',
  needs: ['network', 'names'],
  missing: ({ names }: Abilities) =>
    names
      ? null
      : 'the kernel cannot leave packets out of connection tracking for as long as a program lives (nftables: notrack, flags owner; since 5.12)',
} as const;
const ofEngine = { driver: 'engine', healedBy: 'destroy', needs: [], missing: nothing } as const;
const ofDependency = { driver: 'dependency', healedBy: 'node', needs: [], missing: nothing } as const;

const layered = {
  driver: 'disklayer',
  healedBy: 'node',
  needs: ['layer'],
  missing: ({ layers }: Abilities) =>
    layers ? null : 'the kernel has no FUSE (CONFIG_FUSE_FS), or containers may not use it (/dev/fuse)',
} as const;

export const kinds = {
  'network.delay': queued,
  'network.jitter': queued,
  'network.loss': queued,
  'network.burst-loss': queued,
  'network.duplicate': {
    driver: 'nftables',
    healedBy: 'node',
    needs: ['network'],
    missing: ({ duplicating }) =>
      duplicating ? null : 'the kernel cannot duplicate packets (CONFIG_NFT_DUP_IPV4)',
  },
  'network.reorder': shaped,
  'network.corrupt': shaped,
  'network.rate': {
    driver: 'htb',
    healedBy: 'node',
    needs: ['network'],
    missing: ({ htb }) => (htb ? null : 'the kernel has no htb (CONFIG_NET_SCH_HTB)'),
  },
  'network.partition': {
    driver: 'nftables',
    healedBy: 'node',
    needs: ['network'],
    missing: ({ nftables }) => (nftables ? null : 'the kernel has no nftables (CONFIG_NF_TABLES)'),
  },
  'disk.space': filled,
  'disk.inodes': filled,
  'disk.readonly': { driver: 'remount', healedBy: 'node', needs: ['mount'], missing: nothing },
  'disk.slow': layered,
  'disk.rate': layered,
  'disk.hang': layered,
  'disk.error': layered,
  'disk.corrupt': layered,
  'disk.lost-sync': layered,
  // What a unit does after its main process was killed is its own affair, and so is starting it again at the end.
  'process.kill': { driver: 'systemd', healedBy: 'destroy', needs: [], missing: nothing },
  'process.crash-loop': signalled,
  'process.pause': signalled,
  'process.oom': { driver: 'oom', healedBy: 'destroy', needs: [], missing: nothing },
  // It lets go of the processes by itself; that the unit is started again is, as after a kill, nobody's in its side-car.
  'process.crash-point': {
    driver: 'crashpoint',
    healedBy: 'destroy',
    needs: ['trace', 'signal'],
    missing: ({ tracing }: Abilities) => (tracing ? null : cannotFollow),
  },
  'process.restart': { driver: 'systemd', healedBy: 'node', needs: ['inside'], missing: nothing },
  'node.pause': ofEngine,
  'node.kill': ofEngine,
  'node.reboot': ofEngine,
  'node.replace': ofEngine,
  'resource.files': { driver: 'unitfault', healedBy: 'node', needs: ['limits'], missing: nothing },
  'resource.cpu': ofEngine,
  'resource.processes': ofEngine,
  'resource.memory': ofEngine,
  'environment.variable': unitSetting,
  'environment.umask': unitSetting,
  'environment.no-new-privileges': unitSetting,
  'environment.mode': { ...ofFiles, driver: 'pathmode' },
  'environment.group': ofAccount,
  'environment.sudo': ofAccount,
  'environment.expired': ofAccount,
  'environment.uid': ofAccount,
  'drift.package': { ...ofFiles, driver: 'packageless' },
  'drift.version': { ...ofFiles, driver: 'otherversion' },
  'clock.offset': shifted,
  'clock.rate': shifted,
  // Units that are restarted are the business of systemd, which no side-car reaches.
  'clock.zone': { ...shifted, driver: 'systemd', healedBy: 'destroy' },
  'dependency.slow': ofDependency,
  'dependency.hang': ofDependency,
  'dependency.error': ofDependency,
  'dependency.first': ofDependency,
  'dependency.truncate': ofDependency,
  'dependency.body': ofDependency,
  'dependency.reset': ofDependency,
  'dns.slow': answered,
  'dns.fail': answered,
  'dns.wrong': answered,
  'eviction.notice': { driver: 'imds', healedBy: 'node', needs: ['metadata'], missing: nothing },
  // The machine that ended is for nobody in its side-car to bring back.
  'eviction.spot': {
    driver: 'imds',
    healedBy: 'destroy',
    needs: ['metadata', 'trace'],
    missing: ({ clocks }: Abilities) => (clocks ? null : cannotTrace),
  },
} satisfies Record<FaultKind, KindTraits>;

export function driverName(kind: FaultKind, abilities: Abilities): string {
  const { driver } = kinds[kind];
  return typeof driver === 'string' ? driver : driver(abilities);
}
