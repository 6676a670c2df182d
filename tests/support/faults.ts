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
export const jitter = (
  jitterMs: number,
  distribution?: Of<'network.jitter'>['distribution'],
): Of<'network.jitter'> => ({
  kind: 'network.jitter',
  name: 'j',
  on: links,
  jitterMs,
  ...(distribution === undefined ? {} : { distribution }),
});
export const loss = (lossRatio: number): Of<'network.loss'> => ({
  kind: 'network.loss',
  name: 'l',
  on: links,
  lossRatio,
});
export const burstLoss = (lossRatio: number, burstPackets: number): Of<'network.burst-loss'> => ({
  kind: 'network.burst-loss',
  name: 'bl',
  on: links,
  lossRatio,
  burstPackets,
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
export const cutPort: Of<'network.partition'> = { ...cut, only: { protocol: 'tcp', port: 6379 } };
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
export const slowDisk = (delayMs: number): Of<'disk.slow'> => ({
  kind: 'disk.slow',
  name: 'sd',
  on: disks,
  delayMs,
  calls: ['read', 'write', 'fsync'],
});
export const diskRate = (bytesPerSecond: number): Of<'disk.rate'> => ({
  kind: 'disk.rate',
  name: 'rd',
  on: disks,
  bytesPerSecond,
});
export const hungDisk: Of<'disk.hang'> = {
  kind: 'disk.hang',
  name: 'hd',
  on: disks,
  calls: ['read', 'write', 'fsync'],
};
export const failingDisk = (every: number): Of<'disk.error'> => ({
  kind: 'disk.error',
  name: 'ed',
  on: disks,
  every,
  calls: ['read', 'write', 'fsync'],
});
export const corruptDisk: Of<'disk.corrupt'> = {
  kind: 'disk.corrupt',
  name: 'cd',
  on: disks,
  files: '*.dat',
  how: 'flip',
};
export const forgetfulDisk: Of<'disk.lost-sync'> = {
  kind: 'disk.lost-sync',
  name: 'fd',
  on: disks,
  lies: false,
};

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
export const starveOut: Of<'process.oom'> = { kind: 'process.oom', name: 'x', on: units };
export const crashPoint: Of<'process.crash-point'> = {
  kind: 'process.crash-point',
  name: 'cp',
  on: units,
  call: 'rename',
  path: '/run/checkpoint/state',
  nth: 3,
};
export const herd: Of<'process.restart'> = { kind: 'process.restart', name: 'rs', on: units, withinMs: 500 };
export const freeze: Of<'node.pause'> = { kind: 'node.pause', name: 'f', on: nodes };
export const powerLoss: Of<'node.kill'> = { kind: 'node.kill', name: 'w', on: nodes };
export const reboot: Of<'node.reboot'> = { kind: 'node.reboot', name: 'b', on: nodes };

export const handles = (openFiles: number): Of<'resource.files'> => ({
  kind: 'resource.files',
  name: 'h',
  on: units,
  openFiles,
});
export const starve = (cpus: number): Of<'resource.cpu'> => ({
  kind: 'resource.cpu',
  name: 'q',
  on: nodes,
  cpus,
});

export const crowd = (freeProcesses: number): Of<'resource.processes'> => ({
  kind: 'resource.processes',
  name: 'v',
  on: nodes,
  freeProcesses,
});
export const squeeze = (memoryMiB: number): Of<'resource.memory'> => ({
  kind: 'resource.memory',
  name: 'm',
  on: nodes,
  memoryMiB,
});
export const variable = (value: string): Of<'environment.variable'> => ({
  kind: 'environment.variable',
  name: 'v',
  on: units,
  variable: 'KIND',
  value,
});
export const umask: Of<'environment.umask'> = {
  kind: 'environment.umask',
  name: 'm',
  on: units,
  umask: '0077',
};
export const noNewPrivileges: Of<'environment.no-new-privileges'> = {
  kind: 'environment.no-new-privileges',
  name: 'g',
  on: units,
};

export const mode: Of<'environment.mode'> = {
  kind: 'environment.mode',
  name: 'h',
  on: nodes,
  path: '/srv',
  mode: '0700',
  account: 'daemon',
};
export const group: Of<'environment.group'> = {
  kind: 'environment.group',
  name: 'q',
  on: nodes,
  account: 'tester',
  group: 'pictures',
};
export const sudo: Of<'environment.sudo'> = {
  kind: 'environment.sudo',
  name: 'x',
  on: nodes,
  account: 'tester',
  command: ['true'],
};
export const expired: Of<'environment.expired'> = {
  kind: 'environment.expired',
  name: 'y',
  on: nodes,
  account: 'daemon',
};
export const otherUid: Of<'environment.uid'> = {
  kind: 'environment.uid',
  name: 'y',
  on: nodes,
  account: 'tester',
  uid: 4711,
};
export const missingPackage: Of<'drift.package'> = {
  kind: 'drift.package',
  name: 'z',
  on: nodes,
  package: 'ncurses-bin',
  missing: true,
  reports: ['clear', '-V'],
};
/** As Debian's main archive has it; its updates have a later one. */
export const otherVersion: Of<'drift.version'> = {
  kind: 'drift.version',
  name: 'ov',
  on: nodes,
  manager: 'apt',
  package: 'tzdata',
  version: '2025b',
  reports: ['sed', '-n', '1s/^# version //p', '/usr/share/zoneinfo/tzdata.zi'],
};
export const otherProject: Of<'drift.version'> = {
  ...otherVersion,
  manager: 'pip',
  package: 'pillow',
  version: '10.4.0',
  reports: ['python3', '-c', 'import PIL; print(PIL.__version__)'],
};
export const jump: Of<'clock.offset'> = { kind: 'clock.offset', name: 'm', on: nodes, offsetMs: 90_000 };
export const drift: Of<'clock.rate'> = { kind: 'clock.rate', name: 'g', on: nodes, driftPpm: 200 };
export const zone: Of<'clock.zone'> = { kind: 'clock.zone', name: 'z', on: nodes, zone: 'Pacific/Chatham' };

export const replacement: Of<'node.replace'> = { kind: 'node.replace', name: 'r', on: nodes };
export const notice: Of<'eviction.notice'> = {
  kind: 'eviction.notice',
  name: 'n',
  on: nodes,
  imdsv2: 'required',
  notice: 'interruption',
};
export const recommendation: Of<'eviction.notice'> = { ...notice, name: 'c', notice: 'rebalance' };
export const spot: Of<'eviction.spot'> = {
  kind: 'eviction.spot',
  name: 'e',
  on: nodes,
  imdsv2: 'optional',
  noticeMs: 1500,
  signal: 'QUIT',
  graceMs: 500,
};

const routes = { dependencies: [{ name: 'rates' }] };
export const slow = (delayMs: number): Of<'dependency.slow'> => ({
  kind: 'dependency.slow',
  name: 'sl',
  on: routes,
  delayMs,
});
export const hang: Of<'dependency.hang'> = { kind: 'dependency.hang', name: 'h', on: routes };
export const failing = (ratio: number, status = 503): Of<'dependency.error'> => ({
  kind: 'dependency.error',
  name: 'er',
  on: routes,
  status,
  ratio,
});
export const failingFirst = (count: number): Of<'dependency.first'> => ({
  kind: 'dependency.first',
  name: 'fi',
  on: routes,
  status: 503,
  count,
});
export const truncated = (afterBytes: number): Of<'dependency.truncate'> => ({
  kind: 'dependency.truncate',
  name: 'tr',
  on: routes,
  afterBytes,
});
export const otherBody = (body: string): Of<'dependency.body'> => ({
  kind: 'dependency.body',
  name: 'bo',
  on: routes,
  body,
});

export const resetting = (ratio: number): Of<'dependency.reset'> => ({
  kind: 'dependency.reset',
  name: 're',
  on: routes,
  ratio,
});

export const slowNames = (delayMs: number): Of<'dns.slow'> => ({
  kind: 'dns.slow',
  name: 'sn',
  on: nodes,
  delayMs,
});
export const noNames = (answer: Of<'dns.fail'>['answer']): Of<'dns.fail'> => ({
  kind: 'dns.fail',
  name: 'nn',
  on: nodes,
  answer,
});
export const wrongNames = (address: string): Of<'dns.wrong'> => ({
  kind: 'dns.wrong',
  name: 'wn',
  on: nodes,
  address,
});

/** On everything. */
export const oneOfEach = {
  'network.delay': delay(20),
  'network.jitter': jitter(5),
  'network.loss': loss(0.1),
  'network.burst-loss': burstLoss(0.1, 5),
  'network.duplicate': duplicate(0.1),
  'network.reorder': reorder(0.1),
  'network.corrupt': corrupt(0.1),
  'network.rate': rate(10),
  'network.partition': cut,
  'disk.space': space(0),
  'disk.inodes': inodes(0),
  'disk.readonly': readOnly,
  'disk.slow': slowDisk(50),
  'disk.rate': diskRate(1_048_576),
  'disk.hang': hungDisk,
  'disk.error': failingDisk(4),
  'disk.corrupt': corruptDisk,
  'disk.lost-sync': forgetfulDisk,
  'process.kill': kill,
  'process.crash-loop': crashLoop,
  'process.pause': stop,
  'process.oom': starveOut,
  'process.crash-point': crashPoint,
  'process.restart': herd,
  'node.pause': freeze,
  'node.kill': powerLoss,
  'node.reboot': reboot,
  'node.replace': replacement,
  'resource.files': handles(16),
  'resource.cpu': starve(0.25),
  'resource.processes': crowd(8),
  'resource.memory': squeeze(40),
  'environment.variable': variable('another "one"'),
  'environment.umask': umask,
  'environment.no-new-privileges': noNewPrivileges,
  'environment.mode': mode,
  'environment.group': group,
  'environment.sudo': sudo,
  'environment.expired': expired,
  'environment.uid': otherUid,
  'drift.package': missingPackage,
  'drift.version': otherVersion,
  'clock.offset': jump,
  'clock.rate': drift,
  'clock.zone': zone,
  'dependency.slow': slow(1000),
  'dependency.hang': hang,
  'dependency.error': failing(0.3),
  'dependency.first': failingFirst(3),
  'dependency.truncate': truncated(7),
  'dependency.body': otherBody('<html>down for maintenance</html>'),
  'dependency.reset': resetting(0.3),
  'dns.slow': slowNames(300),
  'dns.fail': noNames('servfail'),
  'dns.wrong': wrongNames('unused'),
  'eviction.notice': notice,
  'eviction.spot': spot,
} satisfies Record<FaultKind, Fault>;
