import * as pulumi from '@pulumi/pulumi';
import type Docker from 'dockerode';
import { presentBase } from './components/docker/base.ts';
import { ensureImages } from './components/docker/build.ts';
import { connectEngine, engineEndpoint } from './components/docker/engine.ts';
import { hostMechanism } from './components/docker/host.ts';
import { engineNetworks } from './components/docker/networks.ts';
import { isPresent } from './components/docker/present.ts';
import { HostError, UnderstudyError, UsageError } from './errors.ts';
import { pulumiProject } from './places.ts';
import { boundPlan } from './plan/bind.ts';
import { loadOrCreateBoundRun } from './plan/bound-run.ts';
import { loadPlan } from './plan/load-plan.ts';
import { clusterProgram } from './program.ts';
import { stackConfig } from './stack-config.ts';

/** What plain `pulumi up` runs: config → plan → bound plan → cluster → outputs. */
export default async function main(): Promise<Record<string, unknown>> {
  // Pulumi starts us in the folder of `main`; paths in the configuration count from the folder of Pulumi.yaml.
  process.chdir(pulumiProject);
  try {
    return await stackOutputs();
  } catch (error) {
    if (!(error instanceof UnderstudyError)) throw error;
    // The only error that Pulumi prints without a stack trace.
    throw new pulumi.RunError(error.hint === '' ? error.message : `${error.message}\nnext  ${error.hint}`);
  }
}

async function stackOutputs(): Promise<Record<string, unknown>> {
  const { cluster, profiles, seed, ttl } = stackConfig(pulumi.runtime.allConfig());
  const loaded = loadPlan({ cluster, profiles, seed, set: {}, suites: [] });
  if (loaded.plan.conditions.length > 0) {
    throw new UsageError('links', 'the conditions under "links:" are held by `understudy run` alone', {
      hint: 'leave links out of a cluster for `pulumi up`',
    });
  }
  const stack = pulumi.getStack();
  const engine = await answeringEngine();
  const identity = { runId: stack, stack, created: new Date().toISOString(), maxTtlMs: ttl };
  const run = loadOrCreateBoundRun(loaded, identity, await engineNetworks(engine), {
    isUp: await isPresent(engine, stack),
  });
  if (!pulumi.runtime.isDryRun()) {
    await ensureImages(engine, loaded, {
      signal: new AbortController().signal,
      resolveBase: (reference) => baseThatIsHere(engine, reference),
    });
  }
  return await clusterProgram(boundPlan(loaded, run), engine, await hostMechanism(engine));
}

async function answeringEngine(): Promise<Docker> {
  const endpoint = engineEndpoint();
  const engine = connectEngine(endpoint);
  await engine.ping().catch((cause: unknown) => {
    throw new HostError('engine', `no Docker Engine answers at ${endpoint.url}`, {
      hint: 'scripts/understudy setup starts or installs a local one',
      cause,
    });
  });
  return engine;
}

async function baseThatIsHere(engine: Docker, reference: string): Promise<string> {
  const base = await presentBase(engine, reference);
  if (base !== null) return base;
  throw new HostError('base-missing', `base ${reference} is not here`, { hint: 'scripts/understudy setup' });
}
