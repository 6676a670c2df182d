import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRehearsal } from '../../support/live-run.ts';
import { until } from '../../support/until.ts';

test('a worker that is killed in the middle of a task loses nothing', async () => {
  const run = await startRehearsal(['thumbnails', '--suite', 'thumbnails']);
  await run.event('"suite.start"');
  const inNode = async (node: string, ...argv: readonly string[]) =>
    execa('docker', ['exec', run.container(node), ...argv], { reject: false });

  // A full disk holds the task that meets it: this is how the kill is known to come in its middle.
  await inNode('worker-2', 'sh', '-c', 'cat /dev/zero > /var/lib/worker/full 2>/dev/null || true');
  await until('worker-2 is in the middle of a task', async () => {
    const { stdout } = await inNode('client-1', 'cat', '/archive/log/errors.jsonl');
    return stdout.includes('"worker-2"') ? true : null;
  });
  await inNode('worker-2', 'systemctl', 'kill', '--signal=KILL', 'worker');
  await inNode('worker-2', 'rm', '/var/lib/worker/full');

  const { verdict } = await run.ended();
  expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
  const journal = await readFile(join(run.folder, 'nodes/worker-2/journal.jsonl'), 'utf8');
  expect(journal).toContain('status=9/KILL');
});
