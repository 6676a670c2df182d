import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { PlannedInvariant } from '../../../../infra/plan/plan.ts';
import { Recorder } from '../../../../scripts/evidence/recorder.ts';
import { Redactor } from '../../../../scripts/evidence/redactor.ts';
import { RunFolder } from '../../../../scripts/evidence/run-folder.ts';
import { InvariantWatch } from '../../../../scripts/invariants/watch.ts';
import { thisMachine } from '../../../support/fake-node.ts';
import { until } from '../../../support/until.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-invariants-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const nodes = new Map([
  ['a-1', thisMachine],
  ['a-2', thisMachine],
]);

function watchOf(
  changes: Partial<PlannedInvariant>,
  away: ReadonlySet<string> = new Set(),
  redactor = new Redactor(),
): InvariantWatch {
  const folder = new RunFolder(root, redactor);
  const planned: PlannedInvariant = {
    ...{ name: 'i', role: 'a', nodes: [...nodes.keys()], holdsOn: 'each', command: ['true'] },
    ...{ everyMs: 200, timeoutMs: 2_000, during: 'always', settleMs: 0, recoversWithinMs: null },
    ...changes,
  };
  const signal = new AbortController().signal;
  return new InvariantWatch({
    ...{ planned: [planned], nodes, recorder: new Recorder(folder), folder, away: () => away, signal },
  });
}

const lines = (): readonly string[] =>
  readFileSync(join(root, 'invariants.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
const linesAre = async (count: number): Promise<true> =>
  until(`${count} answers`, () => Promise.resolve(lines().length >= count ? true : null));
const events = (): string => readFileSync(join(root, 'events.jsonl'), 'utf8');

test('each node is asked again and again, from the beginning until the end, and every answer is kept', async () => {
  const watch = watchOf({});
  await watch.begin();
  expect(lines()).toHaveLength(2);
  await linesAre(6);
  const [outcome] = await watch.end();
  expect(outcome).toMatchObject({ invariant: 'i', broke: 0, answers: lines().length });
  expect(events()).toMatch(/invariant\.start.*\n.*invariant\.end/);
  expect(await watch.end()).toEqual([outcome]);
});

test('a node that a fault has taken away is not asked, and of one that is never asked nothing is known', async () => {
  const watch = watchOf({}, new Set(['a-1']));
  await watch.begin();
  expect(lines().map((line) => z.object({ node: z.string() }).parse(JSON.parse(line)).node)).toEqual(['a-2']);
  await watch.end();
  const gone = watchOf({}, new Set(nodes.keys()));
  await gone.begin();
  expect(await gone.end()).toMatchObject([{ answers: 0 }]);
});

test('a round is over before the next one begins, however long it takes', async () => {
  const file = join(root, 'at-once');
  const script = `n=$(ls ${file}.* 2>/dev/null | wc -l); touch ${file}.$$; sleep 0.5; rm ${file}.$$; [ "$n" -eq 0 ]`;
  const watch = watchOf({ nodes: ['a-1'], command: ['sh', '-c', script] });
  await watch.begin();
  await linesAre(4);
  expect(await watch.end()).toMatchObject([{ broke: 0 }]);
});

test('what a command says last is kept without its secrets, cut where it is long', async () => {
  const redactor = new Redactor();
  redactor.learn([{ name: 'token', value: 'very-secret-thing' }]);
  const said = 'printf "%0400d very-secret-thing\\n" 7; exit 1';
  const watch = watchOf({ nodes: ['a-1'], command: ['sh', '-c', said] }, new Set(), redactor);
  await watch.begin();
  const [outcome] = await watch.end();
  const words = outcome?.breaks[0]?.words ?? '';
  expect(words.length).toBeLessThanOrEqual(300);
  expect(words).toContain('token');
  expect(`${events()}${lines().join('')}${words}`).not.toContain('secret-thing');
});
