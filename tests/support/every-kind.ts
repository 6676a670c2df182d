import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../infra/places.ts';
import { UsageError } from '../../infra/errors.ts';
import { suggestion } from '../../infra/spec/allowed.ts';
import type { Fault, FaultKind } from '../../infra/spec/fault.ts';
import { oneOfEach } from './faults.ts';

export const kindsCluster = join(packageRoot, 'tests/support/clusters/kinds/cluster.yaml');

const link = (from: number, to: number): { links: object[] } => ({
  links: [{ from: `node-${from}`, to: `node-${to}` }],
});
const machine = (number: number): string => `machine-${number}`;
const unit = (number: number, name = 'steady'): { units: object[] } => ({
  units: [{ node: machine(number), unit: name }],
});
const node = (name: string): { nodes: object[] } => ({ nodes: [{ node: name }] });
const route = (of: string): { dependencies: object[] } => ({
  dependencies: [{ name: 'rates', route: of }],
});
const disk = (node: string): { disks: object[] } => ({ disks: [{ node }] });

/** Where each kind is, so that no two of them are on one link or disk: a kind that is new does not compile without a place. */
const places = {
  'network.delay': link(1, 2),
  'network.jitter': link(1, 3),
  'network.loss': link(1, 4),
  'network.burst-loss': link(4, 1),
  'network.duplicate': link(2, 1),
  'network.reorder': link(2, 3),
  'network.corrupt': link(2, 4),
  'network.rate': link(3, 1),
  'network.partition': link(3, 2),
  'disk.space': disk('node-1'),
  'disk.inodes': disk('node-2'),
  'disk.readonly': disk('node-3'),
  'disk.slow': disk('node-4'),
  'disk.rate': disk('node-7'),
  'disk.hang': disk('node-8'),
  'disk.error': disk('node-9'),
  // Its units are started anew, so that they open their files through the layer.
  'disk.corrupt': disk(machine(10)),
  'disk.lost-sync': disk(machine(9)),
  // Nobody but the heal starts this one again.
  'process.kill': unit(1, 'once'),
  'process.crash-loop': unit(2),
  'process.pause': unit(3),
  'process.oom': unit(5, 'once'),
  // Nobody but the heal starts this one again, and it does what it does over and over.
  'process.crash-point': unit(8, 'checkpoint'),
  'process.restart': unit(1),
  'node.pause': node('node-5'),
  'node.kill': node('node-6'),
  'node.reboot': node(machine(4)),
  'node.replace': node('node-13'),
  'resource.files': unit(10),
  'resource.cpu': node('node-10'),
  'resource.processes': node('node-11'),
  'resource.memory': node('node-12'),
  'environment.variable': unit(6),
  'environment.umask': unit(6, 'once'),
  'environment.no-new-privileges': unit(7),
  'environment.mode': node('node-7'),
  'environment.group': node(machine(8)),
  'environment.sudo': node(machine(9)),
  'environment.expired': node('node-8'),
  'environment.uid': node(machine(7)),
  'drift.package': node('node-9'),
  'drift.version': node(machine(1)),
  'clock.offset': node('timekeeper-1'),
  'clock.rate': node('timekeeper-2'),
  'clock.zone': node('timekeeper-3'),
  'dependency.slow': route('GET /slow'),
  'dependency.hang': route('POST /hang'),
  'dependency.error': route('GET /error'),
  'dependency.first': route('PUT /first'),
  'dependency.truncate': route('GET /truncate/*'),
  'dependency.body': route('GET /body'),
  'dependency.reset': { dependencies: [{ name: 'cache', port: 7000 }] },
  'dns.slow': node('node-15'),
  'dns.fail': node('node-16'),
  'dns.wrong': node('node-17'),
  'eviction.notice': node('node-14'),
  'eviction.spot': node(machine(11)),
} satisfies Record<FaultKind, object>;

export const everyFault: readonly Fault[] = Object.values(oneOfEach);

/** By it a jest process is told which kinds to try, with commas between; without it all. */
export const kindsVariable = 'UNDERSTUDY_KINDS';

/** @throws UsageError (64) for a kind that there is none of. */
export function kindsToTry(text = process.env[kindsVariable]): readonly FaultKind[] {
  const all = everyFault.map(({ kind }) => kind);
  if (text === undefined) return all;
  const wanted = text.split(',');
  const stranger = wanted.find((kind) => !all.some((known) => known === kind));
  if (stranger !== undefined)
    throw new UsageError('kind', `"${stranger}" is no kind of fault`, { hint: suggestion(stranger, all) });
  return all.filter((kind) => wanted.includes(kind));
}

/** The profile `every-kind` as YAML: one fault of each kind (that is wanted), by its kind's name, for the whole run. */
export function everyKindProfile(isWanted: (kind: FaultKind) => boolean = () => true): string {
  return stringify({
    name: 'every-kind',
    description: 'one fault of each kind there is, each by itself',
    faults: everyFault
      .filter(({ kind }) => isWanted(kind))
      .map((fault) => ({
        ...fault,
        name: fault.kind.replace('.', '-'),
        on: places[fault.kind],
      })),
  });
}
