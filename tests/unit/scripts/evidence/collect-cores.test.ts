import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { z } from 'zod';
import { containerOf } from '../../../../scripts/evidence/collect-cores.ts';
import { CoreDump, coresFile, maxCoreBytes } from '../../../../scripts/evidence/core-dump.ts';
import { blankRecord, withFindings } from '../../../../scripts/evidence/process-record.ts';
import { Redactor } from '../../../../scripts/evidence/redactor.ts';
import { RunFolder } from '../../../../scripts/evidence/run-folder.ts';
import { saveLastEvidence } from '../../../../scripts/teardown/last-evidence.ts';
import { smallEngine, type SmallAnswer } from '../../../support/small-engine.ts';

const core = Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(4_000, 'canary')]);
const died = { at: '2026-11-30T12:00:09.000Z', timeNano: '9000000000', event: 'die', exitCode: 139 };
const started = { at: '2026-11-30T12:00:01.000Z', timeNano: '1000000000', event: 'start', exitCode: null };

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'understudy-cores-'));
});
afterEach(() => {
  rmSync(path, { recursive: true, force: true });
});

/** The folder of a run whose controller was killed after its one node had crashed. */
function killedRun(): RunFolder {
  const folder = new RunFolder(path, new Redactor([{ name: 'canary', value: 'canarycanary' }]));
  const web = {
    name: 'web-1',
    role: 'web',
    init: 'image',
    address: '198.18.0.11',
    container: 'us-run-web-1',
  };
  folder.writeJson('handle.json', {
    ...{ schema: 1, runId: 'run', cluster: 'c', backend: 'docker', variables: {}, account: null },
    ...{ nodes: [web], roles: { web: ['web-1'] }, forwards: [], exec: [] },
  });
  folder.writeJson('plan.json', {
    plan: {
      nodes: [{ name: 'web-1', init: 'image', units: [], cores: true }],
      ...{ conditions: [], schedule: [] },
    },
  });
  for (const event of [started, died])
    folder.appendLine('engine-events.jsonl', { ...event, node: 'web-1', signal: null });
  const [id, node] = ['web-1/entrypoint/1000000000', 'web-1'];
  const seen = { source: 'side-car' };
  folder.appendLine(
    'processes.jsonl',
    withFindings(blankRecord({ id, kind: 'entrypoint', name: node, node }, 'not seen'), {
      pid: { value: 1, ...seen },
      cwd: { value: '/srv', ...seen },
      uid: { value: 7, ...seen },
      start: { value: started.at, ...seen },
    }),
  );
  return folder;
}

/** What the engine has of a node that has ended: itself, and /srv/core as an archive. */
async function engineWith(size: number): Promise<Awaited<ReturnType<typeof smallEngine>>> {
  const packed = pack();
  packed.entry({ name: 'core', size: core.length, uid: 7, mtime: new Date(died.at) }, core);
  packed.finalize();
  const archive = await buffer(packed);
  // Only its head says how large it is.
  if (size !== core.length) resize(archive, size);
  const said = Buffer.from('core\n0\n');
  const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, said.length]), said]);
  return await smallEngine((asked): SmallAnswer => {
    if (asked.startsWith('GET /containers/us-run-web-1/json'))
      return { status: 200, body: { Id: 'ended', Name: '/web-1', Image: 'image', Config, State } };
    if (asked.startsWith('GET /containers/json')) return { status: 200, body: [] };
    if (asked.startsWith('GET /containers/ended/archive?path=%2Fsrv%2Fcore'))
      return { status: 200, body: archive };
    if (asked.startsWith('POST /containers/create')) return { status: 201, body: { Id: 'asking' } };
    if (asked === 'POST /containers/asking/start') return { status: 204 };
    if (asked.startsWith('POST /containers/asking/wait')) return { status: 200, body: { StatusCode: 0 } };
    if (asked.startsWith('GET /containers/asking/logs')) return { status: 200, body: frame };
    if (asked.startsWith('DELETE')) return { status: 204 };
    if (asked.startsWith('GET /events')) return { status: 200, body: Buffer.alloc(0) };
    return { status: 404, body: { message: 'not here' } };
  });
}

const Config = { Labels: { 'dev.understudy.run': 'run', 'dev.understudy.node': 'web-1' } };
const State = { Running: false, FinishedAt: died.at };

/** In the head of the first file of an archive, with the sum that goes with it (POSIX ustar). */
function resize(archive: Buffer, size: number): void {
  archive.write(`${size.toString(8).padStart(11, '0')} `, 124, 'latin1');
  archive.write('        ', 148, 'latin1');
  const sum = archive.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

const cores = (): readonly CoreDump[] =>
  z.array(CoreDump).parse(JSON.parse(readFileSync(join(path, coresFile), 'utf8')));

test('the watcher keeps the core of a node that has ended, out of the engine’s archive, as it is', async () => {
  const folder = killedRun();
  await using engine = await engineWith(core.length);
  await saveLastEvidence({ docker: engine.docker, runId: 'run', folder });
  expect(cores()).toEqual([
    {
      ...{ node: 'web-1', name: 'web-1', pid: 1, signal: 'SIGSEGV' },
      ...{ file: 'cores/web-1/web-1.1.core', bytes: core.length, absent: '' },
    },
  ]);
  const file = join(path, 'cores/web-1/web-1.1.core');
  expect(readFileSync(file).equals(core)).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  // What was asked of the node's image was asked in a container of its own, which is gone.
  expect(engine.asked.some((one) => one.startsWith('DELETE /containers/asking'))).toBe(true);
});

test('one that is larger than what is kept is said to be, and not read', async () => {
  const folder = killedRun();
  await using engine = await engineWith(maxCoreBytes + 1);
  await saveLastEvidence({ docker: engine.docker, runId: 'run', folder });
  expect(cores()).toMatchObject([{ file: null, bytes: 0, absent: expect.stringMatching(/more than the/) }]);
  expect(existsSync(join(path, 'cores/web-1/web-1.1.core'))).toBe(false);
});

test('what the controller had written before it was killed is left as it is', async () => {
  const folder = killedRun();
  folder.writeJson(coresFile, []);
  await using engine = await engineWith(core.length);
  await saveLastEvidence({ docker: engine.docker, runId: 'run', folder });
  expect(cores()).toEqual([]);
});

test('of nodes that came one in the place of the other, a core is looked for in the one that its process ended in', () => {
  const ended = { Id: 'first', State: { Running: false, FinishedAt: '2026-11-30T12:00:05.123456789Z' } };
  const running = { Id: 'second', State: { Running: true, FinishedAt: '0001-01-01T00:00:00Z' } };
  const of = (exit: string): string | undefined =>
    containerOf({ start: null, exit: `2026-11-30T${exit}.000Z` }, [ended, running])?.Id;
  expect([of('12:00:03'), of('12:00:20')]).toEqual(['first', 'second']);
  const gone: readonly (typeof ended)[] = [];
  expect(containerOf({ start: null, exit: null }, gone)).toBeUndefined();
});
