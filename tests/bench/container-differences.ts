import type Docker from 'dockerode';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

const Inspected = z.object({
  Config: z.record(z.string(), z.unknown()),
  HostConfig: z.record(z.string(), z.unknown()),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

/** What the engine knows of a container, flat, without what differs between any two runs. */
export type Inside = Readonly<Record<string, unknown>>;

/** Labels are for finding, and where a container is attached stands under `Networks`. */
const incidental = new Set(['Labels', 'NetworkMode']);
/** No restart policy and the policy "no" are the same; so are a missing address and an empty one. */
const nothing = JSON.stringify({ Name: 'no', MaximumRetryCount: 0 });

export async function inspectNode(engine: Docker, cluster: string, nodes: number): Promise<Inside> {
  const label = [`dev.understudy.cluster=${cluster}`, 'dev.understudy.node'];
  const running = await engine.listContainers({ filters: { label, status: ['running'] } });
  if (running.length !== nodes) throw new Error(`${running.length} of ${nodes} containers of ${cluster} run`);
  const [first] = running.sort((a, b) => nodeOf(a).localeCompare(nodeOf(b)));
  if (first === undefined) throw new Error(`${cluster} has no container`);
  const text = JSON.stringify(await engine.getContainer(first.Id).inspect());
  const runId = first.Labels['dev.understudy.run'] ?? '';
  return flattened(JSON.parse(text.replaceAll(runId, '<run>')), first.Id);
}

/** Pure: `key: theirs, ours` for each that is not the same. */
export function differences(theirs: Inside, ours: Inside): string[] {
  return [...new Set([...Object.keys(theirs), ...Object.keys(ours)])]
    .filter((key) => !isDeepStrictEqual(theirs[key], ours[key]))
    .map((key) => `${key}: ${shown(theirs[key])}, ours ${shown(ours[key])}`);
}

/** Pure. */
export function flattened(document: unknown, id: string): Inside {
  const { Config, HostConfig, NetworkSettings } = Inspected.parse(document);
  const [name = '', network = {}] =
    Object.entries(NetworkSettings.Networks).find(([one]) => one.startsWith('us-')) ?? [];
  const kept = [
    ...Object.entries(Config),
    ...Object.entries(HostConfig),
    ['Networks', Object.keys(NetworkSettings.Networks).map((one) => (one === name ? 'own' : one))] as const,
    ['Aliases', network['Aliases']] as const,
    ['static address', !isEmpty(network['IPAMConfig'])] as const,
  ].filter(([key, value]) => !incidental.has(key) && !isEmpty(value));
  return Object.fromEntries(kept.map(([key, value]) => [key, normal(value, id)]));
}

/** The engine adds the container's short id to its aliases; lists of capabilities have no order. */
function normal(value: unknown, id: string): unknown {
  if (!Array.isArray(value)) return value;
  const words = z.array(z.unknown()).parse(value);
  return words.filter((word) => word !== id.slice(0, 12)).sort();
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return true;
  if (JSON.stringify(value) === nothing) return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

function nodeOf({ Labels }: Docker.ContainerInfo): string {
  return Labels['dev.understudy.node'] ?? '';
}

function shown(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
