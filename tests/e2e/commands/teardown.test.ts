import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { packageRoot } from '../../../infra/places.ts';
import { ProcessRecord } from '../../../scripts/evidence/process-record.ts';
import { RunFolder } from '../../../scripts/evidence/run-folder.ts';
import { readRun } from '../../../scripts/report/read-run.ts';
import { readLease } from '../../../scripts/teardown/lease-store.ts';
import { identify } from '../../../scripts/teardown/process-table.ts';
import { updateLease } from '../../../scripts/teardown/lease-store.ts';
import { labelledObjects } from '../../support/engine.ts';
import { startRehearsal, type LiveRun } from '../../support/live-run.ts';
import { idleCluster, rehearsal, start, understudy } from '../../support/understudy.ts';
import { until } from '../../support/until.ts';
import { writtenSpec } from '../../support/written-spec.ts';

const keptCluster = join(packageRoot, 'tests/support/clusters/kept/cluster.yaml');
const muteCluster = join(packageRoot, 'tests/support/clusters/mute/cluster.yaml');

/** What a test that fails on its way must not leave to the next one. */
const begun: { readonly runs: string[]; readonly groups: number[] } = { runs: [], groups: [] };
afterEach(async () => {
  for (const pid of begun.groups.splice(0)) {
    try {
      process.kill(-pid, 'SIGKILL'); // its watcher does the rest
    } catch {
      // It has ended, as it should.
    }
  }
  for (const run of begun.runs.splice(0)) {
    if ((await listed(run)) !== undefined) await understudy(['down', '--run', run]);
  }
});

describe('when the controller’s process group gets SIGKILL', () => {
  test('its watcher saves the nodes’ logs and takes everything down within 30 s', async () => {
    const run = await begin([idleCluster]);
    await run.event('"suite.start"');
    process.kill(-run.pid, 'SIGKILL');
    const aborted = await until('the watcher wrote aborted.json', () => fileIn(run.folder, 'aborted.json'));

    expect(await labelledObjects()).toEqual([]);
    expect(readLease(run.runId)).toBeNull();
    const saved = [1, 2, 3].flatMap((node) =>
      ['container.log', 'state.json'].map((file) => `nodes/node-${node}/${file}`),
    );
    expect(JSON.parse(aborted)).toMatchObject({ runId: run.runId, residue: [], saved });
    expect(saved.filter((file) => !existsSync(join(run.folder, file)))).toEqual([]);
    expect(readRun(run.folder).unreadable).toEqual([]);
  });

  test('and its watcher as well, the next reap saves what there is, and takes everything down', async () => {
    const run = await begin([idleCluster]);
    await run.event('"suite.start"');
    process.kill(-run.pid, 'SIGKILL');
    process.kill(readLease(run.runId)?.watcher?.pid ?? NaN, 'SIGKILL');
    await until('the lease is nobody’s', async () => {
      const { reapable, watched } = (await listed(run.runId)) ?? {};
      return reapable === 'holder-dead' && watched === false ? true : null;
    });
    expect(await labelledObjects()).not.toEqual([]);

    expect(await reaped()).toContainEqual({ run: run.runId, why: 'holder-dead', residue: [] });
    expect(JSON.parse((await fileIn(run.folder, 'aborted.json')) ?? '{}')).toMatchObject({
      ...{ runId: run.runId, residue: [] },
      saved: expect.arrayContaining(['nodes/node-1/container.log']),
    });
    expect(await fileIn(run.folder, 'report.html')).toContain('so did its watcher');
    expect(await labelledObjects()).toEqual([]);
  });
});

test('what a killed image build left on the engine is gone after the next reap', async () => {
  // Nothing built it before, and it is still at work when it is killed.
  using spec = writtenSpec({
    'node/stack.yaml': readFileSync(join(idleCluster, '../node/stack.yaml'), 'utf8').concat(
      `commands: [['true', '${randomUUID()}'], [sleep, '60']]\n`,
    ),
    'cluster.yaml':
      'name: slow-build\nroles:\n  node: { image: ./node, init: image, command: [sleep, infinity] }\n',
  });
  const { stacks } = loadPlan({
    cluster: spec.path('cluster.yaml'),
    profiles: [],
    seed: 1,
    set: {},
    suites: [],
  }).plan;
  const ours = async (): Promise<readonly string[]> => builds(stacks.map(({ inputsHash }) => inputsHash));
  const run = start(['run', spec.path('cluster.yaml')]);
  if (run.pid === undefined) throw new Error('the command did not start');
  begun.groups.push(run.pid);
  await until('the slow step runs', async () =>
    (await ours()).some((one) => one.includes('sleep 60')) ? true : null,
  );
  expect(await reaped()).toEqual([]);
  expect(await ours()).toContainEqual(expect.stringContaining('sleep 60')); // it lives, so nobody may touch it
  process.kill(-run.pid, 'SIGKILL');
  await run;
  expect(await ours()).not.toEqual([]);
  await reaped();
  expect(await ours()).toEqual([]);
});

test('what was made before any run had a name, by one who was killed, is gone after the next command', async () => {
  const { stdout: id } = await execa('docker', [
    'images',
    '--quiet',
    '--filter',
    'label=dev.understudy.inputs',
  ]);
  const image = id.split('\n')[0] ?? '';
  const made = async (pid: number): Promise<string> => {
    const { host, bootId, startTime } = identify(pid);
    const label = `dev.understudy.maker=${[host, bootId, pid, startTime].join('/')}`;
    return (await execa('docker', ['create', '--label', label, image, 'none'])).stdout;
  };
  const dead = execa('sleep', ['600'], { reject: false });
  const [orphan, busy] = [await made(dead.pid ?? NaN), await made(process.pid)];
  dead.kill('SIGKILL');
  await dead;
  await reaped();
  const { stdout } = await execa('docker', [
    'ps',
    '--all',
    '--quiet',
    '--no-trunc',
    '--filter',
    'label=dev.understudy.maker',
  ]);
  await execa('docker', ['rm', busy]);
  expect(stdout).not.toContain(orphan);
  expect(stdout).toContain(busy);
});

/** Containers and images without a name that builds of these inputs have on the engine. */
async function builds(inputsHashes: readonly string[]): Promise<readonly string[]> {
  const listings = await Promise.all(
    inputsHashes.flatMap((hash) => {
      const filter = ['--filter', `label=dev.understudy.inputs=${hash}`];
      return [
        execa('docker', ['ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.Command}}', ...filter]),
        execa('docker', ['images', '--quiet', '--filter', 'dangling=true', ...filter]),
      ];
    }),
  );
  return listings.flatMap(({ stdout }) => stdout.split('\n')).filter((line) => line !== '');
}

describe('--keep always', () => {
  test('leaves a cluster that can be looked at, prolonged and taken down', async () => {
    const { exitCode, verdict } = await keep(keptCluster);
    expect({ exitCode, verdict: verdict.verdict, residue: verdict.residue }).toEqual({
      exitCode: 0,
      verdict: 'pass',
      residue: [],
    });
    const { runId } = verdict;
    const before = await listed(runId);
    expect(before).toMatchObject({ cluster: 'kept', nodes: 1, kept: true, holder: 'dead', reapable: null });
    expect(hoursLeft(before)).toBeCloseTo(4, 1);

    await succeed('extend', '--run', runId, '9h', 'still looking');
    const after = await listed(runId);
    expect(hoursLeft(after)).toBeCloseTo(9, 1);
    expect(after?.reason).toBe('still looking');

    expect(await succeed('exec', '--run', runId, 'machine-1', '--', 'hostname')).toBe('machine-1');
    expect(await succeed('logs', '--run', runId, 'machine-1')).toContain('ssh');
    const notThere = await understudy(['exec', '--run', runId, 'machine-1', '--', 'nosuchcommand']);
    expect(notThere).toEqual({
      exitCode: 127,
      stdout: '',
      stderr: 'machine-1 cannot start this: no "nosuchcommand" is found in the PATH of its image',
    });
    const noProgram = await understudy(['exec', '--run', runId, 'machine-1', '--', '/etc/passwd']);
    expect(noProgram).toMatchObject({
      exitCode: 126,
      stdout: '',
      stderr: expect.stringContaining('"/etc/passwd"'),
    });
    const through = await greeting('machine-1', 22, runId);
    expect(through.said).toMatch(/^SSH-2\.0-/);
    expect(through.stderr).toContain('something listens on port 22 of machine-1');
    const nowhere = await greeting('machine-1', 23, runId);
    expect(nowhere.said).toBe('');
    expect(nowhere.stderr).toContain('nothing listens on port 23 of machine-1; for now');
    expect(nowhere.stderr).toContain('connection closed: nothing listens on port 23 of machine-1');

    expect(await reaped()).not.toContainEqual(expect.objectContaining({ run: runId }));
    await succeed('down', '--run', runId);
    expect(await listed(runId)).toBeUndefined();
    expect(await labelledObjects()).toEqual([]);
  });

  test('does not mean for ever: reap takes the cluster once its lease has expired', async () => {
    const { runId } = (await keep(idleCluster)).verdict;
    const shorter = await understudy(['extend', '--run', runId, '1s']);
    expect(shorter).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('already lives until') });
    // As time would have it.
    updateLease(runId, { expires: new Date().toISOString() });
    await until('the lease has expired', async () =>
      (await listed(runId))?.reapable === 'expired' ? true : null,
    );
    expect(await reaped()).toContainEqual({ run: runId, why: 'expired', residue: [] });
    expect(await labelledObjects()).toEqual([]);
  });
});

test('a second Ctrl-C skips what is left to collect, and the cluster is taken down all the same', async () => {
  const run = await begin([muteCluster]);
  await run.event('"suite.start","suite":"wait"');
  process.kill(run.pid, 'SIGINT');
  await run.event('"phase":"collect"');
  const began = performance.now();
  process.kill(run.pid, 'SIGINT');
  const { exitCode, verdict } = await run.ended();
  expect({ exitCode, interrupted: verdict.interrupted, residue: verdict.residue }).toEqual({
    exitCode: 130,
    interrupted: true,
    residue: [],
  });
  // The node would have kept it waiting for 30 s.
  expect(performance.now() - began).toBeLessThan(10_000);
  const events = readFileSync(join(run.folder, 'events.jsonl'), 'utf8');
  expect(events).toContain('not collected: node');
  // What has ended counts, and what was interrupted ended then.
  expect(verdict.suites).toMatchObject([{ suite: 'first', status: 'passed' }]);
  expect(events).toContain('"type":"suite.end","suite":"wait","status":"interrupted"');
  expect(await labelledObjects()).toEqual([]);
});

describe('what is ended before its time ends inside its node too', () => {
  const cluster = [
    'name: stubborn',
    'roles:',
    `  node: { image: ${join(idleCluster, '../node')}, init: image, memoryMiB: 64, command: [sleep, infinity] }`,
    'suites:',
    '  late: { command: [sh, -c, "echo begun; sleep 300 & sleep 301"], where: node, dir: ., timeoutMs: 2000 }',
    '',
  ].join('\n');
  let kept: Awaited<ReturnType<typeof rehearsal>>;
  beforeAll(async () => {
    using spec = writtenSpec({ 'cluster.yaml': cluster });
    kept = await rehearsal([spec.path('cluster.yaml'), '--keep', 'always']);
  });
  afterAll(async () => {
    await succeed('down', '--run', kept.verdict.runId);
  });
  const processes = async (): Promise<string> =>
    (await execa('docker', ['top', `us-${kept.verdict.runId}-node-1`, '-eo', 'pid,args'])).stdout;
  const exec = (...words: readonly string[]): ReturnType<typeof start> =>
    start(['exec', '--run', kept.verdict.runId, 'node-1', '--', ...words]);

  test('a suite whose time is over: its output is kept, and its record says how it ended', async () => {
    expect(kept.verdict.suites).toMatchObject([{ status: 'timeout', why: 'did not end within 2000 ms' }]);
    expect(await processes()).not.toContain('sleep 30');
    const file = (name: string): string => readFileSync(join(kept.verdict.runFolder, name), 'utf8');
    expect(file('suites/late/stdout.log')).toBe('begun\n');
    const records = new RunFolder(kept.verdict.runFolder).readLines('processes.jsonl', ProcessRecord);
    expect(records.find(({ id }) => id === 'suite/late')).toMatchObject({
      code: 143,
      argv: ['sh', '-c', 'echo begun; sleep 300 & sleep 301'],
      environment: { UNDERSTUDY_SUITE: 'late' },
      absent: { signal: expect.stringMatching(/Understudy ended it, .* with SIGTERM after 2000 ms$/) },
    });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('a command of exec that gets %s', async (signal) => {
    const command = exec('sh', '-c', "trap 'echo last words; exit 4' INT TERM; echo begun; sleep 302 & wait");
    await once(command.stdout, 'data');
    expect(await processes()).toContain('sleep 302');
    command.kill(signal);
    expect(await command).toMatchObject({ exitCode: 130, stdout: 'begun\nlast words', stderr: '' });
    expect(await processes()).not.toContain('sleep 302');
  });

  test('a command of exec that nobody listens to any more', async () => {
    const command = exec('sh', '-c', 'while :; do echo y; sleep 0.303; done');
    await once(command.stdout, 'data');
    command.stdout.destroy();
    expect((await command).exitCode).toBe(141);
    expect(await processes()).not.toContain('echo y');
  });

  test('one that ends by itself keeps its exit code, and gets the end of its input', async () => {
    const command = exec('sh', '-c', 'cat; exit 7');
    expect(await command).toMatchObject({ exitCode: 7, stdout: '' });
  });
});

async function begin(argv: readonly string[]): Promise<LiveRun> {
  const run = await startRehearsal(argv);
  begun.groups.push(run.pid);
  return run;
}

async function keep(cluster: string): ReturnType<typeof rehearsal> {
  const ended = await rehearsal([cluster, '--keep', 'always']);
  begun.runs.push(ended.verdict.runId);
  return ended;
}

const Listed = z.object({
  runId: z.string(),
  cluster: z.string(),
  nodes: z.int(),
  kept: z.boolean(),
  holder: z.string(),
  reason: z.string(),
  expires: z.string().nullable(),
  reapable: z.string().nullable(),
  watched: z.boolean(),
});

/** The run as `understudy ls` shows it. */
async function listed(runId: string): Promise<z.infer<typeof Listed> | undefined> {
  const { clusters } = z
    .object({ clusters: z.array(Listed) })
    .parse(JSON.parse(await succeed('ls', '--json')));
  return clusters.find((one) => one.runId === runId);
}

async function reaped(): Promise<readonly unknown[]> {
  const report = z.object({ reaped: z.array(z.unknown()) });
  return report.parse(JSON.parse(await succeed('reap', '--json'))).reaped;
}

async function succeed(...argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await understudy(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout;
}

/** What a server says first, through `understudy forward`, which ends with Ctrl-C; nothing where it is not let through. */
async function greeting(
  node: string,
  port: number,
  runId: string,
): Promise<{ readonly said: string; readonly stderr: string }> {
  const forward = start(['forward', '--run', runId, node, String(port)]);
  const told = once(forward.stderr, 'data');
  const printed = String((await once(forward.stdout, 'data')).at(0));
  await told; // whether something listens
  const hostPort = Number(/127\.0\.0\.1:(\d+)/.exec(printed)?.[1]);
  const socket = connect(hostPort, '127.0.0.1');
  let said = '';
  socket.on('error', () => undefined);
  socket.once('data', (chunk: Buffer) => {
    said = chunk.toString();
    socket.destroy();
  });
  await once(socket, 'close');
  forward.kill('SIGINT');
  const { exitCode, stderr } = await forward;
  expect(exitCode).toBe(0);
  return { said, stderr };
}

function hoursLeft(cluster: z.infer<typeof Listed> | undefined): number {
  return (Date.parse(cluster?.expires ?? '') - Date.now()) / 3_600_000;
}

function fileIn(folder: string, name: string): Promise<string | null> {
  const path = join(folder, name);
  return Promise.resolve(existsSync(path) ? readFileSync(path, 'utf8') : null);
}
