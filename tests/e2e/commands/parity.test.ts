import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../infra/places.ts';
import { Facts } from '../../../infra/spec/facts.ts';
import { Difference } from '../../../scripts/parity/difference.ts';
import { labelledObjects } from '../../support/engine.ts';
import { errorOf, rehearsal, start, understudy } from '../../support/understudy.ts';

const planted = join(packageRoot, 'tests/support/clusters/planted/cluster.yaml');
const folder = mkdtempSync(join(tmpdir(), 'understudy-parity-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a cluster in which three things were planted', () => {
  let run: Awaited<ReturnType<typeof rehearsal>>;
  beforeAll(async () => {
    run = await rehearsal([planted]);
  });

  test('is not like production: the run is invalid, and each of the three is named with both values', () => {
    expect({ exit: run.exitCode, verdict: run.verdict.verdict }).toEqual({ exit: 2, verdict: 'invalid' });
    const blocking = run.verdict.parity.filter((one) => one.class === 'blocking');
    expect(blocking).toEqual(
      expect.arrayContaining([
        difference('packages.pip.redis', '4.3.4', '5.0.1'),
        difference('groups.render', 'gid 2001', null),
        difference('environment.LANG', 'C.UTF-8', 'C'),
      ]),
    );
    expect(run.verdict.why.join('\n')).toMatch(
      /worker-1 is not like the reference: groups\.render is absent/,
    );
    expect(run.verdict.residue).toEqual([]);
  });

  test('facts of our own nodes are kept as evidence, and refused as a reference', async () => {
    const evidence = readFileSync(join(run.verdict.runFolder, 'facts/worker-1.json'), 'utf8');
    const facts = Facts.parse(JSON.parse(evidence));
    const file = join(folder, 'ours.json');
    writeFileSync(file, JSON.stringify({ schema: 1, roles: { worker: facts } }));
    const ended = await understudy(['parity', '--reference', file, '--json']);
    expect(ended.exitCode).toBe(64);
    expect(errorOf(ended)).toMatchObject({ code: 'reference-of-our-own', exit: 64 });
  });
});

describe('a cluster that is up', () => {
  let runId: string;
  beforeAll(async () => {
    const up = await understudy([
      'up',
      join(packageRoot, 'infra/clusters/thumbnails/cluster.yaml'),
      '--json',
    ]);
    expect(up.exitCode).toBe(0);
    expect(up.stderr).toMatch(/compare every node with production \(0 blocking, \d+ in all\)/);
    expect(up.stderr).not.toContain('warning');
    ({ runId } = z.object({ runId: z.string() }).parse(JSON.parse(up.stdout)));
  });
  afterAll(async () => {
    await understudy(['down']);
    expect(await labelledObjects()).toEqual([]);
  });

  test('is captured through the engine and over ssh: one machine, of which root sees more, and nothing is left there', async () => {
    const container = `us-${runId}-worker-1`;
    const before = await changedFiles(container);
    const out = join(folder, 'captured');
    const byEngine = await understudy(['capture', `docker://${container}`, '--out', out]);
    expect(byEngine).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await changedFiles(container)).toEqual(before);
    const file = join(out, `${container}.json`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const asRoot = Facts.parse(JSON.parse(readFileSync(file, 'utf8')));

    const bySsh = await overSsh(runId, 'worker-1', async (target, config) =>
      understudy(['capture', target, 'ssh://127.0.0.1:1', '--ssh-config', config]),
    );
    // What could be captured is there, whatever became of the other.
    expect(bySsh.exitCode).toBe(69);
    expect(bySsh.stderr).toMatch(/^! {4}ssh:\/\/127\.0\.0\.1:1 \d+\.\d s: .*refused/m);
    expect(bySsh.stderr).toMatch(/^ok {3}ssh:\/\/render@.*, read as uid 2001, root sees more$/m);
    const asRender = Facts.parse(JSON.parse(bySsh.stdout));
    expect(asRoot.source).toMatchObject({ how: 'docker', uid: 0, understudyNode: true });
    expect(asRender.source).toMatchObject({ how: 'ssh', uid: 2001, understudyNode: true });
    for (const fact of ['os', 'accounts', 'groups', 'packages', 'sysctls', 'timeZone', 'locale'] as const)
      expect([fact, asRender[fact]]).toEqual([fact, asRoot[fact]]);
  });

  test('is compared by "parity": 0 as it is, 1 once somebody changed a node', async () => {
    const before = await understudy(['parity', '--json']);
    expect({ exit: before.exitCode, blocking: blockingFacts(before.stdout) }).toEqual({
      exit: 0,
      blocking: [],
    });
    const changed = await understudy(['exec', 'worker-2', '--', 'groupadd', '--gid', '3000', 'intruders']);
    expect(changed.exitCode).toBe(0);
    const after = await understudy(['parity', '--json']);
    expect({ exit: after.exitCode, blocking: blockingFacts(after.stdout) }).toEqual({
      exit: 1,
      blocking: ['worker-2 groups.intruders'],
    });
  });
});

test('"up" warns of each difference that would make a run invalid, keeps it as evidence, and stays up', async () => {
  const up = await understudy(['up', planted]);
  try {
    expect(up.exitCode).toBe(0);
    expect(up.stderr).toMatch(
      /^warning worker-1 is not like the reference: groups\.render is absent, expected gid 2001$/m,
    );
    expect(up.stdout).toMatch(/^parity {3}[1-9]\d* blocking, \d+ impossible here, \d+ allowed$/m);
    const kept = z
      .array(Difference)
      .parse(JSON.parse(readFileSync(inFolderOf(up.stdout, 'parity.json'), 'utf8')));
    expect(kept).toContainEqual(difference('groups.render', 'gid 2001', null));
    Facts.parse(JSON.parse(readFileSync(inFolderOf(up.stdout, 'facts/worker-1.json'), 'utf8')));
    expect((await understudy(['exec', 'worker-1', '--', 'true'])).exitCode).toBe(0);
  } finally {
    await understudy(['down']);
  }
  expect(await labelledObjects()).toEqual([]);
});

async function changedFiles(container: string): Promise<readonly string[]> {
  return (await execa('docker', ['diff', container])).stdout.split('\n').sort();
}

/** With its sshd on a port of this machine's loopback, and the key that the cluster's accounts have for each other. */
async function overSsh<T>(
  runId: string,
  node: string,
  work: (target: string, sshConfig: string) => Promise<T>,
): Promise<T> {
  const forward = start(['forward', node, '22']);
  try {
    const port = /:(\d+)/.exec(String((await once(forward.stdout, 'data')).at(0)))?.[1] ?? '';
    const key = join(folder, 'id');
    const { stdout } = await execa('docker', [
      'exec',
      `us-${runId}-${node}`,
      'cat',
      '/home/render/.ssh/id_ed25519',
    ]);
    writeFileSync(key, `${stdout}\n`, { mode: 0o600 });
    const config = join(folder, 'ssh_config');
    const options = {
      IdentityFile: key,
      IdentitiesOnly: 'yes',
      StrictHostKeyChecking: 'no',
      UserKnownHostsFile: '/dev/null',
      LogLevel: 'ERROR',
    };
    writeFileSync(
      config,
      Object.entries(options)
        .map(([name, value]) => `${name} ${value}\n`)
        .join(''),
    );
    return await work(`ssh://render@127.0.0.1:${port}`, config);
  } finally {
    forward.kill('SIGINT');
    await forward;
  }
}

/** A file beside the handle that `up` names. */
function inFolderOf(printed: string, file: string): string {
  return join(dirname(/^handle {3}(.*)$/m.exec(printed)?.[1] ?? ''), file);
}

function difference(fact: string, expected: string, actual: string | null): unknown {
  return { node: 'worker-1', fact, expected, actual, class: 'blocking', why: '' };
}

const ParityDocument = z.object({ parity: z.array(Difference) });

function blockingFacts(stdout: string): readonly string[] {
  const { parity } = ParityDocument.parse(JSON.parse(stdout));
  return parity.filter((one) => one.class === 'blocking').map(({ node, fact }) => `${node} ${fact}`);
}
