import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { foreignRules } from '../../support/foreign-rules.ts';
import { startRehearsal, type LiveRun } from '../../support/live-run.ts';
import { start, errorOf, understudy } from '../../support/understudy.ts';
import { until } from '../../support/until.ts';

const folder = join(packageRoot, 'tests/support/clusters/owned');
const nodes = ['node-1', 'node-2', 'node-3'] as const;

function asked(profile: string): readonly string[] {
  return [
    join(folder, 'cluster.yaml'),
    ...['--profile', join(folder, 'profiles', `${profile}.yaml`)],
    ...['--control', 'never'],
  ];
}

/** As soon as they run, and before any of them may call itself ready. */
async function withForeignRules(container: (node: string) => string): Promise<string> {
  for (const node of nodes)
    await until(`${node} runs`, async () => {
      const { stdout } = await execa('docker', ['ps', '-q', '--filter', `name=^/${container(node)}$`]);
      return stdout === '' ? null : true;
    });
  const foreign = foreignRules(container('node-2'));
  await foreign.put();
  const before = await foreign.listed();
  for (const node of nodes) await execa('docker', ['exec', container(node), 'touch', '/tmp/go']);
  return before;
}

describe('rules and a qdisc that a node has of its own', () => {
  test('stay beside faults, and are the same to the byte when those are healed', async () => {
    const run: LiveRun = await startRehearsal([...asked('beside'), '--keep', 'always']);
    const foreign = foreignRules(run.container('node-2'));
    const before = await withForeignRules(run.container);
    expect(before).toContain('table inet production');
    expect(before).toContain('203.0.113.7');
    expect(before).toContain('qdisc tbf 8001: dev eth0 root');
    await run.event('"suite.start"');
    await run.event('"fault":"beside/cut"');
    const during = await foreign.listed();
    for (const name of ['understudy_shape', 'understudy_copy', 'understudy_cut'])
      expect(during).toContain(name);
    const ours = /\ntable (ip|inet) understudy_[^{]*\{\n(\t.*\n|\n)*?\}/g;
    expect(withoutOurs(during.replaceAll(ours, ''))).toEqual(withoutOurs(before));
    const { verdict } = await run.ended();
    try {
      expect({ verdict: verdict.verdict, why: verdict.why, leftovers: verdict.leftovers }).toEqual({
        verdict: 'pass',
        why: [],
        leftovers: [],
      });
      expect(await foreign.listed()).toBe(before);
    } finally {
      await understudy(['down', '--run', run.runId]);
    }
  });

  test('are not replaced: what would need their place is refused, and they are named', async () => {
    const run = start(['run', ...asked('in-the-way'), '--json']);
    let said = '';
    run.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const runId = await until(
      'the run folder is named',
      async () => Promise.resolve(/run folder \S+\/(\S+)\n/.exec(said)?.[1] ?? null),
      300_000,
    );
    await withForeignRules((node) => `us-${runId}-${node}`);
    const { exitCode, stdout, stderr } = await run;
    const error = errorOf({ exitCode, stdout, stderr });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 69, code: 'foreign-state' });
    expect(error.message).toMatch(
      /node-2, for in-the-way\/narrow: a root qdisc that is not ours, and it stays: qdisc tbf 8001: dev eth0 root .*rate 900Mbit/,
    );
  });
});

/** Lines of what is listed, those of nothing apart. */
function withoutOurs(listed: string): readonly string[] {
  return listed.split('\n').filter((line) => line !== '');
}
