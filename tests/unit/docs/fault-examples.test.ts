import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../../infra/places.ts';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { writtenSpec } from '../../support/written-spec.ts';

const folder = join(packageRoot, 'docs/faults');
const digest = `@sha256:${'0'.repeat(64)}`;

/** Has all that the pages name. */
const cluster = `name: shown
accounts:
  - { name: render, uid: 2001, groups: [pictures] }
  - { name: deploy, uid: 2002, sudo: all }
roles:
  broker: { image: ./machine, init: systemd, units: [redis-server] }
  worker:
    image: ./machine
    init: systemd
    count: 3
    units: [worker]
    disks: { /var/lib/worker: { sizeMiB: 64, inodes: 4096 } }
  client: { image: ./machine, init: systemd, units: [visit] }
dependencies:
  rates: { port: 8080, mock: [{ route: GET /rates, body: '{"EUR": 1.1}' }] }
  cache: { protocol: tcp, ports: [{ port: 6379, proxies: { node: broker, port: 6379 }, asks: "PING\\r\\n" }] }
suites: { checks: { command: [sleep, '60'] } }
`;

interface Example {
  readonly page: string;
  /** As a profile has it, below its name and description. */
  readonly text: string;
}

const examples = readdirSync(folder).flatMap((page): readonly Example[] => {
  const blocks = [...readFileSync(join(folder, page), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)];
  return blocks.flatMap(([, yaml = '']) => {
    const lines = yaml.trimEnd().split('\n');
    if (/^(monkey|latency|faults):/.test(yaml)) return [{ page, text: yaml }];
    // A fault is one line; of a page's own events each is one, too.
    const faults = lines.filter((line) => /^\{ ?kind:/.test(line));
    const events = lines
      .filter((line) => /^from: \{ ?event:/.test(line))
      .map((line) => `{ name: then, kind: process.pause, on: { units: [{ node: worker-1 }] }, ${line} }`);
    const targets = lines
      .filter((line) => line.startsWith('on: {'))
      .map((line) => `{ name: there, ${of(line)}, ${line.replace(/ #.*/, '')} }`);
    return [...faults, ...events, ...targets].map((line) => ({ page, text: `faults: [${line}]\n` }));
  });
});

/** A fault that can be on such a thing. */
function of(target: string): string {
  if (target.includes('links:')) return 'kind: network.delay, delayMs: 5';
  if (target.includes('disks:')) return 'kind: disk.space, freeBytes: 0';
  if (target.includes('units:')) return 'kind: process.pause';
  if (target.includes('dependencies:')) return 'kind: dependency.hang';
  return 'kind: node.pause, from: [1000, 2000]';
}

describe('an example of the pages of faults', () => {
  test('is found for each kind, each event and the monkey', () => {
    expect(examples.length).toBeGreaterThan(60);
    expect(examples.some(({ text }) => text.startsWith('monkey:'))).toBe(true);
    expect(examples.filter(({ text }) => text.includes('event:'))).toHaveLength(4);
  });

  test.each(examples)('of $page is planned where there is what it names: $text', ({ text }) => {
    using spec = writtenSpec({
      'cluster.yaml': cluster,
      'machine/stack.yaml': `base: debian${digest}\ninit: systemd\n`,
      'profile.yaml': `name: shown\ndescription: ${stringify('as the page has it')}${text}`,
    });
    const asked = { cluster: spec.path('cluster.yaml'), profiles: [spec.path('profile.yaml')] };
    expect(loadPlan({ ...asked, seed: 1, set: {}, suites: [] }).plan.schedule).not.toEqual([]);
  });
});
