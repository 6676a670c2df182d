import * as pulumi from '@pulumi/pulumi';
import { connectEngine } from './components/docker/engine.ts';
import { ensureImages } from './components/docker/build.ts';
import { presentBase } from './components/docker/base.ts';
import { hostMechanism } from './components/docker/host.ts';
import { engineNetworks } from './components/docker/networks.ts';
import { parseDurationMs } from './duration.ts';
import { HostError, UsageError } from './errors.ts';
import { boundPlan } from './plan/bind.ts';
import { loadOrCreateBoundRun } from './plan/bound-run.ts';
import { loadPlan } from './plan/load-plan.ts';
import { clusterProgram } from './program.ts';

/** What plain `pulumi up` runs: config → plan → bound plan → cluster → outputs. */
export default async function main(): Promise<Record<string, unknown>> {
  const config = new pulumi.Config('understudy');
  const backend = config.get('backend') ?? 'docker';
  if (backend !== 'docker')
    throw new UsageError('not-yet', `backend "${backend}" is not built yet`, { hint: 'docker' });
  const loaded = loadPlan({
    cluster: config.get('cluster') ?? 'thumbnails',
    profiles: (config.get('profiles') ?? '').split(',').filter((name) => name !== ''),
    seed: config.getNumber('seed') ?? 1,
    set: {},
    suites: [],
  });
  const stack = pulumi.getStack();
  const ttl = config.get('ttl') ?? '';
  const engine = connectEngine();
  const identity = {
    runId: stack,
    stack,
    created: new Date().toISOString(),
    maxTtlMs: ttl === '' ? null : parseDurationMs(ttl),
  };
  const bound = boundPlan(loaded, loadOrCreateBoundRun(loaded, identity, await engineNetworks(engine)));
  if (!pulumi.runtime.isDryRun()) {
    await ensureImages(engine, loaded, {
      signal: new AbortController().signal,
      intend: () => undefined,
      resolveBase: async (reference) => {
        const base = await presentBase(engine, reference);
        if (base !== null) return base;
        throw new HostError('base-missing', `base ${reference} is not here`, {
          hint: 'scripts/understudy setup',
        });
      },
    });
  }
  return await clusterProgram(bound, engine, await hostMechanism(engine));
}
