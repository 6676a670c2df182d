import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let root = '';
jest.unstable_mockModule('../../../../infra/places.ts', () => ({ stateRoot: () => root }));
const store = await import('../../../../scripts/teardown/lease-store.ts');
const { reapReason } = await import('../../../../scripts/teardown/lease.ts');
const { localProcesses } = await import('../../../../scripts/teardown/process-table.ts');
const { removeForgottenBindings, removeStack, stackFiles } =
  await import('../../../../scripts/teardown/pulumi-stack.ts');

const request = {
  runId: 'r1',
  stack: 'run-r1',
  owner: 'me',
  cluster: 'thumbnails',
  engine: 'unix:///var/run/docker.sock',
  runFolder: null,
  created: '2026-11-24T10:00:00.000Z',
  expires: null,
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-state-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('a lease', () => {
  test('is held by the process that took it', () => {
    store.acquireLease(request);
    const lease = store.readLease('r1');
    expect(lease?.holder?.pid).toBe(process.pid);
    expect(lease === null ? '' : reapReason(lease, Date.now(), localProcesses())).toBeNull();
  });

  test('can be read by its owner alone', () => {
    store.acquireLease(request);
    expect(statSync(join(root, 'leases', 'r1.json')).mode & 0o777).toBe(0o600);
  });

  test('that is kept stays when its holder has gone', () => {
    store.acquireLease(request);
    store.keepLease('r1', 'look at the failure', '2100-01-01T00:00:00.000Z');
    const lease = store.readLease('r1');
    const nobody = { ...localProcesses(), startTimeOf: () => null };
    expect(lease === null ? '' : reapReason(lease, Date.now(), nobody)).toBeNull();
    expect(lease?.reason).toBe('look at the failure');
  });

  test('leaves nothing when released, half-written records included', () => {
    store.acquireLease(request);
    store.acquireLease({ ...request, runId: 'r10' });
    writeFileSync(join(root, 'leases', 'r1.json.4711.tmp'), '{"schema":');
    store.releaseLease('r1');
    expect(readdirSync(join(root, 'leases'))).toEqual(['r10.json']);
  });

  test('that is damaged is passed over, and the others are still read', () => {
    store.acquireLease(request);
    writeFileSync(join(root, 'leases', 'broken.json'), '{"schema":1');
    expect(store.readLeases().map(({ runId }) => runId)).toEqual(['r1']);
  });

  test('never leads out of its folder', () => {
    expect(() => store.acquireLease({ ...request, stack: '../../etc' })).toThrow();
  });
});

describe('removing a stack', () => {
  test('takes all its files, and none of a stack whose name begins the same', () => {
    const pulumi = join(root, 'pulumi', '.pulumi');
    const put = (path: string): void => {
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, '{}');
    };
    for (const stack of ['run-r1', 'run-r10', 'dev']) {
      put(join(pulumi, 'stacks', 'understudy', `${stack}.json`));
      put(join(pulumi, 'stacks', 'understudy', `${stack}.json.bak`));
      put(join(pulumi, 'stacks', 'understudy', `${stack}.pulumi-tags`));
      put(join(pulumi, 'history', 'understudy', stack, `${stack}-1.history.json`));
      put(join(pulumi, 'backups', 'understudy', stack, `${stack}.1.json`));
      put(join(pulumi, 'locks', 'organization', 'understudy', stack, 'uuid.json'));
      put(join(root, 'runs', stack, 'bound.json'));
    }
    expect(stackFiles('run-r1')).toHaveLength(7);
    removeStack('run-r1');
    expect(stackFiles('run-r1')).toEqual([]);
    expect(stackFiles('run-r10')).toHaveLength(7);
    expect(stackFiles('dev')).toHaveLength(7);
  });
});

describe('bound values, keys among them', () => {
  const put = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const state = (resources: readonly unknown[] | undefined): string =>
    JSON.stringify({ version: 3, checkpoint: { stack: 'dev', latest: { manifest: {}, resources } } });
  const stateFile = 'pulumi/.pulumi/stacks/understudy/dev.json';
  const keptAfter = async (...used: readonly string[]): Promise<boolean> => {
    put('runs/dev/bound.json', '{}');
    await removeForgottenBindings(() => Promise.resolve(new Set(used)));
    return existsSync(join(root, 'runs/dev/bound.json'));
  };

  test('go with their stack', async () => {
    expect(await keptAfter()).toBe(false);
  });

  test('go when the stack has been emptied', async () => {
    put(stateFile, state(undefined));
    expect(await keptAfter()).toBe(false);
    put(stateFile, state([]));
    expect(await keptAfter()).toBe(false);
  });

  test.each<[string, () => void]>([
    [
      'its state holds a resource',
      () => {
        put(stateFile, state([{ urn: 'u' }]));
      },
    ],
    [
      'its state cannot be read',
      () => {
        put(stateFile.concat('.gz'), 'zipped');
      },
    ],
    [
      'an engine is at work on it',
      () => {
        put(stateFile, state([]));
        put('pulumi/.pulumi/locks/organization/understudy/dev/1.json', '{}');
      },
    ],
  ])('stay while %s', async (_why, arrange) => {
    arrange();
    expect(await keptAfter()).toBe(true);
  });

  test('stay while a cluster or a lease names the stack', async () => {
    expect(await keptAfter('dev')).toBe(true);
  });
});
