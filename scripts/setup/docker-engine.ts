import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { connectEngine, engineEndpoint, type EngineEndpoint } from '../../infra/components/docker/engine.ts';
import { HostError, messageOf } from '../../infra/errors.ts';
import { stateRoot } from '../../infra/places.ts';
import type { Progress } from '../progress.ts';
import { installPackages, isInstalled } from './debian-packages.ts';
import { mayInstall, refuseToInstall } from './installing.ts';

const packages = ['docker.io', 'iptables'];
const typeThis = `apt-get install -y --no-install-recommends ${packages.join(' ')} && dockerd &`;
const startDeadlineMs = 30_000;
const answerDeadlineMs = 5_000;

/**
 * An engine that answers: the one that is named or running, else a stopped local one started, else one installed.
 * @throws HostError (69): a named engine that does not answer is never replaced by another.
 */
export async function ensureDocker(progress: Progress): Promise<Docker> {
  const endpoint = engineEndpoint();
  const engine = connectEngine(endpoint);
  const silence = await whyNoAnswer(engine);
  if (silence === null) return engine;
  if (endpoint.namedBy !== null) throw namedButSilent(endpoint, silence);
  if (!(await isInstalled('dockerd'))) {
    if (!mayInstall() || !existsSync('/usr/bin/apt-get')) throw refuseToInstall('Docker Engine', typeThis);
    await agree();
    await progress.step(`install ${packages.join(' and ')} (Debian packages)`, async () => {
      await installPackages(packages);
    });
  }
  if (process.getuid?.() !== 0) {
    throw new HostError(
      'engine-stopped',
      `the Docker Engine at ${endpoint.url} does not answer: ${silence}`,
      { hint: 'start it (sudo systemctl start docker), or ask for the group "docker"' },
    );
  }
  await progress.step('start the Docker Engine', async () => {
    await startEngine(engine);
  });
  return engine;
}

async function whyNoAnswer(engine: Docker): Promise<string | null> {
  try {
    const late = delay(answerDeadlineMs, `no answer within ${answerDeadlineMs} ms`, { ref: false });
    return await Promise.race([engine.ping().then(() => null), late]);
  } catch (error) {
    return messageOf(error);
  }
}

function namedButSilent({ url, namedBy }: EngineEndpoint, silence: string): HostError {
  return new HostError('engine-silent', `the Docker Engine at ${url} does not answer: ${silence}`, {
    hint:
      namedBy === 'DOCKER_HOST'
        ? 'start it, or unset DOCKER_HOST to use the local engine'
        : 'start it, or choose another with "docker context use default"',
  });
}

/** Its own session, so that it outlives us as a service would; its log is ours to show. */
async function startEngine(engine: Docker): Promise<void> {
  mkdirSync(stateRoot(), { recursive: true, mode: 0o700 });
  const logFile = join(stateRoot(), 'dockerd.log');
  const log = openSync(logFile, 'a', 0o600);
  spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] }).unref();
  const giveUpAt = performance.now() + startDeadlineMs;
  let silence = await whyNoAnswer(engine);
  while (silence !== null) {
    if (performance.now() > giveUpAt) {
      throw new HostError('engine-start', `dockerd did not answer within ${startDeadlineMs} ms: ${silence}`, {
        hint: `see ${logFile}`,
      });
    }
    await delay(100);
    silence = await whyNoAnswer(engine);
  }
}

/** Docker changes a machine: with somebody there, they are asked first. */
async function agree(): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `Docker Engine is missing. Install ${packages.join(' and ')} with apt-get? [y/N] `,
  );
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new HostError('declined', 'Docker Engine is missing', { hint: typeThis });
}
