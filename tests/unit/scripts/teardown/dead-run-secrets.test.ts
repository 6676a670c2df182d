import { afterEach, expect, test } from '@jest/globals';
import Docker from 'dockerode';
import { loadOrCreateBoundRun, removeBoundRun } from '../../../../infra/plan/bound-run.ts';
import { loadPlan } from '../../../../infra/plan/load-plan.ts';
import { secretsOfDeadRun } from '../../../../scripts/teardown/dead-run-secrets.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const stack = `unit-dead-run-secrets-${process.pid}`;
/** Nobody listens there. */
const noEngine = new Docker({ socketPath: '/nonexistent/docker.sock' });

afterEach(() => {
  removeBoundRun(stack);
});

test('of a run whose controller and nodes are gone, keys and what the files of its spec hold are still known', async () => {
  using spec = writtenSpec({
    'cluster.yaml': [
      'name: gone',
      'roles:',
      `  one: { image: 'busybox@sha256:${'0'.repeat(64)}', init: image, files: { /etc/db.conf: { source: ./db.conf } } }`,
    ].join('\n'),
    'db.conf': 'host = db\npassword = of-the-database\n',
  });
  const loaded = loadPlan({ cluster: spec.path('cluster.yaml'), profiles: [], seed: 1, set: {}, suites: [] });
  const identity = { runId: stack, stack, created: '2026-11-25T08:00:00.000Z', maxTtlMs: null };
  const { ssh } = loadOrCreateBoundRun(loaded, identity, []);

  const values = (await secretsOfDeadRun(noEngine, stack, { nodes: [], variables: {} })).map(
    ({ value }) => value,
  );

  expect(values).toContain('of-the-database');
  expect(values).toContain(ssh.privateKey.trim());
});
