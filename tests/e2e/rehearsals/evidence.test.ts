import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { ProcessRecord } from '../../../scripts/evidence/process-record.ts';
import { RunFolder } from '../../../scripts/evidence/run-folder.ts';
import { ContainerState } from '../../../scripts/nodes/container-state.ts';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';
import { parseJUnit } from '../../../scripts/suite/junit.ts';
import { labelledObjects } from '../../support/engine.ts';
import { startRehearsal, type LiveRun } from '../../support/live-run.ts';
import { until } from '../../support/until.ts';

const folder = join(packageRoot, 'tests/support/clusters/evidence');
const asked = [join(folder, 'cluster.yaml'), '--set', 'pause-ms=4000'] as const;
/** In every form in which the cluster says it, worked out by other means than the redactor's. */
const secret = 'sesame/öffne "dich"+1';
const canaries = [
  secret,
  JSON.stringify(secret).slice(1, -1),
  'sesame/\\u00f6ffne \\"dich\\"+1',
  encodeURIComponent(secret),
  'sesame%2F%C3%B6ffne+%22dich%22%2B1',
  'sesame/öffne &quot;dich&quot;+1',
  Buffer.from(secret).toString('base64').slice(0, -3),
  Buffer.from(`user:${secret}`).toString('base64').slice(8, -4),
  Buffer.from(`:${secret}`).toString('base64url').slice(3, -4),
  'tok-5f0e9d1c2b',
];

const begun: number[] = [];
afterEach(() => {
  for (const pid of begun.splice(0)) {
    try {
      process.kill(-pid, 'SIGKILL'); // its watcher does the rest
    } catch {
      // It has ended, as it should.
    }
  }
  rmSync(join(folder, 'suite/junit.xml'), { force: true });
});

async function begin(): Promise<LiveRun> {
  const run = await startRehearsal(asked);
  begun.push(run.pid);
  return run;
}

const docker = async (...argv: readonly string[]): Promise<string> => (await execa('docker', argv)).stdout;

describe('a rehearsal in which things fall over', () => {
  let run: LiveRun;
  let verdict: Verdict;
  let records: readonly ProcessRecord[];
  let sshKey: string;
  const of = (id: RegExp): readonly ProcessRecord[] => records.filter((record) => id.test(record.id));
  beforeAll(async () => {
    run = await begin();
    await run.event('"suite.start"');
    sshKey = await docker('exec', run.container('machine-1'), 'cat', '/etc/understudy/ssh/id_ed25519');
    await docker('kill', run.container('machine-2'));
    await docker('kill', run.container('container-1'));
    await docker('start', run.container('container-1'));
    ({ verdict } = await run.ended());
    records = recordsOf(run.folder);
  });

  test('fails by its suites, and leaves nothing', async () => {
    expect({ verdict: verdict.verdict, residue: verdict.residue }).toEqual({ verdict: 'fail', residue: [] });
    expect(await leftOf(run)).toEqual([]);
  });

  test('a unit that fell has a line for each start: who it was, what it was given, how it ended', () => {
    const starts = of(/^machine-1\/faller\.service\//);
    expect(starts).toHaveLength(3);
    for (const fallen of starts.slice(0, 2)) {
      expect(fallen).toMatchObject({
        kind: 'unit',
        code: 1,
        signal: null,
        argv: ['/usr/bin/python3', '/opt/faller.py', '--times', '2'],
        cwd: '/opt',
        uid: 2001,
        user: 'render',
        hostName: 'machine-1',
        versions: 'facts/machine-1.json',
        environment: { MODE: 'rehearsal', LOGNAME: 'render' },
        exception: { language: 'python', type: 'RuntimeError' },
        sources: { environment: '/proc/PID/environ', exception: 'journal: its output' },
      });
      expect(fallen.environment?.['BACKEND_PASSWORD']).toMatch(/^\[redacted:BACKEND_PASSWORD:/);
      expect(fallen.addresses).toEqual([addressOf(run.folder, 'machine-1')]);
      expect(fallen.configuration?.map(({ path }) => path)).toContain('/etc/systemd/system/faller.service');
      expect(Date.parse(fallen.exit ?? '') - Date.parse(fallen.start ?? '')).toBeGreaterThanOrEqual(1500);
    }
    expect(starts[2]).toMatchObject({
      exit: null,
      absent: { exit: 'it still ran when the journal was read' },
    });
    expect(new Set(starts.map(({ environment }) => environment?.['INVOCATION_ID'])).size).toBe(3);
  });

  test('a machine that was killed still has its journal, and its units their lines without an end nobody saw', () => {
    expect(readFileSync(join(run.folder, 'nodes/machine-2/journal.jsonl'), 'utf8')).toContain(
      'Started steady.service',
    );
    expect(stateOf(run.folder, 'machine-2')).toMatchObject({ running: false, exitCode: 137 });
    const [steady] = of(/^machine-2\/steady\.service\//);
    expect(steady).toMatchObject({
      uid: 0,
      exit: null,
      absent: { exit: 'its node ended before systemd noted an end' },
    });
  });

  test('a container that was killed and started again has two lines', () => {
    expect(of(/^container-1\//)).toMatchObject([
      { kind: 'entrypoint', pid: 1, signal: 'SIGKILL', code: null, environment: { HOME: '/root' } },
      { kind: 'entrypoint', pid: 1, exit: null, argv: ['sleep', 'infinity'] },
    ]);
  });

  test('each suite has a line, on the host and in a node, with the traceback that it ended with', () => {
    expect(of(/^suite\/host$/)).toMatchObject([
      { node: null, code: 1, cwd: join(folder, 'suite'), exception: { language: 'node', type: 'TypeError' } },
    ]);
    expect(of(/^suite\/inside$/)).toMatchObject([
      {
        node: 'machine-1',
        code: 1,
        argv: ['python3', 'fails.py'],
        user: 'render',
        environment: { UNDERSTUDY_SUITE: 'inside' },
        exception: { language: 'python', type: 'ValueError', message: 'the suite fails on purpose' },
        versions: 'facts/machine-1.json',
      },
    ]);
  });

  test('the engine’s events, the kernel’s counters and one JUnit file of all suites are there', () => {
    const events = readFileSync(join(run.folder, 'engine-events.jsonl'), 'utf8');
    expect(events).toMatch(/"node":"machine-2","event":"die","exitCode":137/);
    expect(stateOf(run.folder, 'machine-1')).toMatchObject({ running: true, memory: { oomKills: 0 } });
    expect(stateOf(run.folder, 'machine-1').memory.peakBytes).toBeGreaterThan(1_000_000);
    const merged = parseJUnit(readFileSync(join(run.folder, 'junit.xml'), 'utf8'));
    expect(merged.map(({ name, status }) => [name, status])).toEqual([
      ['opens', 'failed'],
      ['inside', 'failed'],
      ['the result can be trusted', 'passed'],
      ['nothing is left behind', 'passed'],
    ]);
  });

  test('no secret that units and suites said is anywhere in the run folder, whose files are their owner’s alone', () => {
    expect(secretsIn(run.folder, [...canaries, ...linesOf(sshKey)])).toEqual([]);
    const journal = readFileSync(join(run.folder, 'nodes/machine-1/journal.jsonl'), 'utf8');
    const said = ['plain', 'base64', 'url', 'json', 'coloured'].filter((how) =>
      new RegExp(`${how} [^\\n]*\\[redacted:door-key:`).test(journal),
    );
    expect(said).toEqual(['plain', 'base64', 'url', 'json', 'coloured']);
    expect(journal.includes('[redacted:ssh-key:')).toBe(true);
    expect(readFileSync(join(run.folder, 'suites/host/stderr.log'), 'utf8')).toMatch(/^\[redacted:\S+\]\n/);
    expect(readFileSync(join(run.folder, 'suites/inside/stdout.log'), 'utf8')).toMatch(
      /^variables \[redacted:/,
    );
    expect(readFileSync(join(run.folder, 'events.jsonl'), 'utf8')).toContain(
      'looked for everywhere: PIN_SECRET',
    );
    expect(JSON.stringify(verdict)).not.toContain('sesame');
    expect(tooOpen(run.folder)).toEqual([]);
  });
});

test('when the controller is killed, its watcher’s evidence is as good', async () => {
  const run = await begin();
  await run.event('"suite.start"');
  const sshKey = await docker('exec', run.container('machine-1'), 'cat', '/etc/understudy/ssh/id_ed25519');
  await docker('kill', run.container('machine-2'));
  await until('two starts of the unit are written down while it runs', () => {
    const starts = recordsOf(run.folder).filter(({ id }) => id.startsWith('machine-1/faller.service/'));
    return Promise.resolve(new Set(starts.map(({ id }) => id)).size > 1 ? true : null);
  });
  process.kill(-run.pid, 'SIGKILL');
  await until('the watcher wrote aborted.json', () =>
    Promise.resolve(existsSync(join(run.folder, 'aborted.json')) ? true : null),
  );

  const records = recordsOf(run.folder);
  const [first, ...more] = records.filter(({ id }) => id.startsWith('machine-1/faller.service/'));
  expect(first).toMatchObject({ code: 1, user: 'render', exception: { type: 'RuntimeError' } });
  expect(more.length).toBeGreaterThanOrEqual(1);
  expect(records.filter(({ id }) => id === 'suite/host')).toMatchObject([
    { exit: null, argv: ['node', 'fails.js', expect.stringContaining('[redacted:'), '4000'] },
  ]);
  expect(readFileSync(join(run.folder, 'nodes/machine-2/journal.jsonl'), 'utf8')).toContain(
    'Started steady.service',
  );
  expect(secretsIn(run.folder, [...canaries, ...linesOf(sshKey)])).toEqual([]);
  expect(tooOpen(run.folder)).toEqual([]);
  expect(await leftOf(run)).toEqual([]);
});

async function leftOf({ runId }: LiveRun): Promise<readonly string[]> {
  return (await labelledObjects()).filter((line) => line.includes(runId));
}

function recordsOf(path: string): readonly ProcessRecord[] {
  return new RunFolder(path).readLines('processes.jsonl', ProcessRecord);
}

function stateOf(path: string, node: string): ContainerState {
  return ContainerState.parse(JSON.parse(readFileSync(join(path, 'nodes', node, 'state.json'), 'utf8')));
}

function addressOf(path: string, node: string): string | undefined {
  const facts = readFileSync(join(path, 'facts', `${node}.json`), 'utf8');
  return /"(198\.\d+\.\d+\.\d+)"/.exec(facts)?.[1];
}

function linesOf(key: string): readonly string[] {
  return key.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'));
}

function secretsIn(path: string, secrets: readonly string[]): readonly string[] {
  return filesBelow(path).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return secrets.filter((one) => text.includes(one)).map((one) => `${file}: ${one}`);
  });
}

/** What others than its owner may read. */
function tooOpen(path: string): readonly string[] {
  return [path, ...filesBelow(path), ...foldersBelow(path)].filter(
    (one) => (statSync(one).mode & 0o077) !== 0,
  );
}

function filesBelow(path: string): readonly string[] {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function foldersBelow(path: string): readonly string[] {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}
