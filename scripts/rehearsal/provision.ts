import {
  LocalWorkspace,
  PulumiCommand,
  type EngineEvent,
  type Stack,
} from '@pulumi/pulumi/automation/index.js';
import type Docker from 'dockerode';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { containerName } from '../../infra/components/docker/names.ts';
import type { HostMechanism } from '../../infra/components/docker/host.ts';
import { HostError, messageOf } from '../../infra/errors.ts';
import type { BoundPlan } from '../../infra/plan/plan.ts';
import { clusterProgram } from '../../infra/program.ts';
import { DockerNode } from '../nodes/docker.ts';
import { refusedProgram } from '../nodes/refused-program.ts';
import type { NodeAccess } from '../nodes/node.ts';
import { pulumiEnvironment } from '../../infra/pulumi-environment.ts';
import { runVariable } from '../../infra/run-marks.ts';
import { engineRoot } from './engine-command.ts';
import { NotReadyError } from './readiness.ts';

export interface Provisioning {
  readonly bound: BoundPlan;
  readonly engine: Docker;
  readonly host: HostMechanism;
  /** TMPDIR of Pulumi: it leaves pipes and workspaces there, and they go with the run. */
  readonly temporary: string;
  readonly signal: AbortSignal;
  readonly onNode: (node: string) => void;
}

export interface Provisioned {
  readonly nodes: ReadonlyMap<string, NodeAccess>;
  /** Settles when Pulumi has written its state: the nodes run, and can be waited for, before that. */
  readonly recorded: Promise<void>;
}

const projectName = 'understudy';
/** More at once gains nothing on the engine and costs memory in the plugin (measured with 4 to 100). */
const parallel = 32;

/**
 * Runs the Pulumi program of a bound plan inline and returns as soon as every node runs; Pulumi is then still waiting
 * for its own network resource. Await `recorded` before relying on the stack.
 * @throws NotReadyError where a node's own program cannot be run, HostError (69) with the plugin's own words where a
 * resource cannot be made.
 */
export async function provision(provisioning: Provisioning): Promise<Provisioned> {
  const { bound, engine, signal } = provisioning;
  const names = bound.loaded.plan.nodes.map(({ name }) => name);
  const waiting = new Set(names);
  const running = Promise.withResolvers<true>();
  const stack = await openStack(provisioning);
  signal.throwIfAborted();

  const failures: Failure[] = [];
  const recorded = stack
    .up({
      parallel,
      signal,
      suppressOutputs: true,
      onEvent: (event) => {
        const made = madeNode(event);
        if (made !== null && waiting.delete(made)) provisioning.onNode(made);
        const { diagnosticEvent: said } = event;
        if (said?.severity === 'error') failures.push({ message: said.message, node: nodeOf(said.urn) });
        if (waiting.size === 0) running.resolve(true);
      },
    })
    .then(
      () => {
        running.resolve(true);
      },
      (error: unknown) => {
        const failure: unknown = signal.aborted ? signal.reason : provisioningError(failures, error);
        running.reject(failure);
        throw failure;
      },
    );
  // Whoever awaits `running` hears of a failure there; `recorded` must not count as unhandled meanwhile.
  recorded.catch(() => undefined);
  await running.promise;
  return {
    nodes: new Map(names.map((name) => [name, new DockerNode(engine, name, containerName(bound, name))])),
    recorded,
  };
}

async function openStack({ bound, engine, host, temporary }: Provisioning): Promise<Stack> {
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  // A run's stack is new: to look for it first would be an engine start for nothing.
  // Its own choice would be a folder in /tmp that nobody removes.
  const workDir = join(temporary, 'workspace');
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  return await LocalWorkspace.createStack(
    {
      stackName: bound.run.stack,
      projectName,
      program: async () => await clusterProgram(bound, engine, host),
    },
    {
      workDir,
      pulumiCommand: await PulumiCommand.get({ root: engineRoot(temporary), skipVersionCheck: true }),
      envVars: {
        ...pulumiEnvironment(),
        TMPDIR: temporary,
        [runVariable]: bound.run.runId,
        // Engine and plugin live for seconds: less collecting is 1.1 s of CPU less at 50 nodes, for 150 MiB (measured).
        GOGC: process.env['GOGC'] ?? '400',
      },
    },
  );
}

function madeNode({ resOutputsEvent }: EngineEvent): string | null {
  const metadata = resOutputsEvent?.metadata;
  return metadata?.type === containerType ? nodeOf(metadata.urn) : null;
}

const containerType = 'docker:index/container:Container';

/** What Pulumi called an error, and the node whose container it is about. */
interface Failure {
  readonly message: string;
  readonly node: string | null;
}

/** A container's resource has its node's name. */
function nodeOf(urn: string | undefined): string | null {
  if (urn?.includes(`${containerType}::`) !== true) return null;
  return urn.split('::').at(-1) ?? null;
}

function provisioningError(failures: readonly Failure[], cause: unknown): HostError {
  for (const { node, message } of failures) {
    const refused = refusedProgram(message);
    if (node !== null && refused !== null)
      return new NotReadyError('cannot-start', `${node} could not start: ${refused.words}`, []);
  }
  const said = failures.map(({ message }) => plain(message)).find((line) => line !== '');
  const message = said ?? plain(messageOf(cause));
  return new HostError('provision', `the cluster could not be brought up: ${message}`, {
    hint: 'understudy doctor shows what this machine can do',
    cause,
  });
}

/** The plugin's words without colours, URNs and repetition. */
function plain(text: string): string {
  const lines = text
    .replaceAll(/<\{%[^%]*%\}>/g, '')
    .split('\n')
    .map((line) => line.trim());
  return (
    lines.find((line) => /error/i.test(line) && !line.startsWith('error: update failed')) ?? lines[0] ?? ''
  );
}
