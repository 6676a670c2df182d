import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../../infra/places.ts';
import { readLease } from '../../../scripts/teardown/lease-store.ts';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';
import { noNames, slowNames, wrongNames } from '../../support/faults.ts';
import { startRehearsal, type LiveRun } from '../../support/live-run.ts';
import { rehearsal, understudy } from '../../support/understudy.ts';
import { until } from '../../support/until.ts';
import { writtenSpec } from '../../support/written-spec.ts';

const folder = join(packageRoot, 'tests/support/clusters/names');
const cluster = join(folder, 'cluster.yaml');

describe('names that are answered otherwise for a while', () => {
  let verdict: Verdict;
  beforeAll(async () => {
    const asked = [cluster, '--profile', join(folder, 'profile.yaml'), '--control', 'never'];
    ({ verdict } = await rehearsal(asked));
  });

  test('leave a run that can be trusted, and nothing else', () => {
    expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
    expect({ leftovers: verdict.leftovers, residue: verdict.residue }).toEqual({
      leftovers: [],
      residue: [],
    });
  });

  test('have receipts, with other nodes and other names beside them', () => {
    const held = { ok: true, bystandersOk: true, healedOk: true, why: '' };
    const found = new Map(verdict.receipts.map((one) => [one.fault, one]));
    expect(found.get('names/sluggish')).toMatchObject({
      ...held,
      target: 'asker-1',
      unit: 'ms',
      requested: 400,
    });
    expect(found.get('names/astray')).toMatchObject({
      ...held,
      target: 'asker-2',
      measured: { before: 0, during: 1, after: 0 },
    });
    expect(found.get('names/silent')).toMatchObject({
      ...held,
      target: 'asker-2',
      measured: { before: 0, during: 1, after: 0 },
    });
    expect(found.get('names/unknown')).toMatchObject({
      ...held,
      target: 'asker-3',
      measured: { before: 0, during: 1, after: 0 },
    });
    // Without names there is nobody but the other nodes that no fault is on.
    expect(found.get('names/astray')?.bystanders).toBeGreaterThan(
      found.get('names/sluggish')?.bystanders ?? 99,
    );
  });
});

/** Asks over one socket, which it keeps, each time that it is told to: the last number of the address that comes, or `none`. */
const keptSocket = [
  'exec 3<>/dev/udp/127.0.0.11/53',
  'while read -r _; do',
  "  printf '\\1\\2\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\5store\\0\\0\\1\\0\\1' >&3",
  '  answer=$(timeout 2 dd bs=512 count=1 <&3 2>/dev/null | od -An -v -tu1 | tail -n 1)',
  '  echo "${answer##* }" | sed "s/^$/none/"',
  'done',
].join('\n');

describe('what software on a node is answered', () => {
  const spec = writtenSpec({
    'lasting.yaml': stringify({
      name: 'lasting',
      description: 'names that are answered otherwise until somebody dies',
      faults: [
        { ...wrongNames('unused'), names: ['store'], on: { nodes: [{ node: 'asker-1' }] } },
        { ...noNames('nxdomain'), on: { nodes: [{ node: 'asker-2' }] } },
        { ...slowNames(1000), on: { nodes: [{ node: 'asker-3' }] } },
      ],
    }),
  });
  let run: LiveRun;
  const inside = async (node: string, ...argv: readonly string[]): Promise<string> =>
    (await execa('docker', ['exec', run.container(node), ...argv], { reject: false })).stdout.trim();
  /** By the C library of the node itself. */
  const address = async (node: string): Promise<string> =>
    (await inside(node, 'getent', 'ahostsv4', 'store')).split(/\s/)[0] ?? '';

  afterAll(async () => {
    spec[Symbol.dispose]();
    await understudy(['reap']);
  });

  test('is the fault, over a socket that it has kept too, and the truth again when whoever answered is gone', async () => {
    run = await startRehearsal([cluster, '--profile', spec.path('lasting.yaml'), '--control', 'never']);
    await run.event('"node":"store-1","state":"ready"');
    const kept = execa('docker', ['exec', '-i', run.container('asker-1'), 'bash', '-c', keptSocket], {
      reject: false,
    });
    const lines = createInterface({ input: kept.stdout })[Symbol.asyncIterator]();
    const overKept = async (): Promise<string> => {
      kept.stdin.write('\n');
      const next = await lines.next();
      return next.done === true ? 'gone' : next.value;
    };
    const right = await address('store-1');
    const [, last = ''] = /\.(\d+)$/.exec(right) ?? [];
    expect(await overKept()).toBe(last);

    await run.event('"suite.start"');
    expect(await address('asker-1')).toBe(right.replace(/\d+$/, '254'));
    expect(await overKept()).toBe('254');
    expect(await address('asker-2')).toBe('');
    const began = performance.now();
    expect(await address('asker-3')).toBe(right);
    expect(performance.now() - began).toBeGreaterThan(1000);

    // Its side-car alone: the kernel takes the rules away.
    await execa('docker', ['kill', run.container('asker-2-sidecar')]);
    expect(await address('asker-2')).toBe(right);

    const watcher = readLease(run.runId)?.watcher?.pid ?? NaN;
    process.kill(-run.pid, 'SIGKILL');
    process.kill(watcher, 'SIGKILL');
    const killed = performance.now();
    await until('the names are right again', async () =>
      (await address('asker-1')) === right ? true : null,
    );
    expect(performance.now() - killed).toBeLessThan(11_000);
    expect(await overKept()).toBe(last);
    kept.stdin.end();
    await kept;
  });
});
