import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine, engineEndpoint } from '../../infra/components/docker/engine.ts';
import { hostMechanism, seccompFile } from '../../infra/components/docker/host.ts';
import { presentBase } from '../../infra/components/docker/base.ts';
import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import { loadPlan } from '../../infra/plan/load-plan.ts';
import { printJson, printResult } from '../output.ts';
import { declaredBase } from '../setup/base-image.ts';
import { isOurs } from '../setup/go-build.ts';
import {
  engineFolder,
  pluginFolder,
  pulumiVersion,
  dockerPluginVersion,
} from '../setup/pulumi-environment.ts';

interface Finding {
  readonly part: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to type, where it is not ok. */
  readonly next: string;
}

/** uid 0 holds about six inotify instances for each systemd node (measured). */
const inotifyPerNode = 6;

/** Each part with its version and how it came, and what this host can emulate; one line each. */
export async function doctor(options: {
  readonly cluster?: string;
  readonly profile: readonly string[];
  readonly calibrate: boolean;
  readonly json: boolean;
}): Promise<ExitCode> {
  if (options.calibrate)
    throw new UsageError('not-yet', '"doctor --calibrate" is not built yet', { hint: 'npm run bench' });
  if (options.cluster !== undefined)
    loadPlan({ cluster: options.cluster, profiles: options.profile, seed: 1, set: {}, suites: [] });
  const findings = [node(), ...(await engine()), ...pulumi(), seccomp(), inotify()];
  const ok = findings.every((one) => one.ok);
  if (options.json) printJson({ schema: 1, ok, findings });
  else printResult(findings.map(line).join('\n'));
  return ok ? EXIT.pass : EXIT.host;
}

function line({ part, ok, found, next }: Finding): string {
  return `${ok ? 'ok     ' : 'missing'} ${part.padEnd(22)} ${found}${next === '' ? '' : `\n        type: ${next}`}`;
}

function node(): Finding {
  return { part: 'Node', ok: true, found: process.version, next: '' };
}

async function engine(): Promise<readonly Finding[]> {
  const { url, local } = engineEndpoint();
  const docker = connectEngine();
  const part = 'Docker Engine';
  try {
    const { Version, ApiVersion } = await docker.version();
    const { cgroupVersion } = await hostMechanism(docker);
    const base = await presentBase(docker, declaredBase());
    return [
      {
        part,
        ok: true,
        found: `${Version} (API ${ApiVersion}) at ${url}${local ? '' : ', remote'}`,
        next: '',
      },
      {
        part: 'systemd nodes',
        ok: true,
        found:
          cgroupVersion === 1
            ? 'cgroup v1: a subtree of its own for each node'
            : 'cgroup v2: writable-cgroups, needs Engine 28; not verified by our tests',
        next: '',
      },
      {
        part: 'base image',
        ok: base !== null,
        found: base ?? declaredBase(),
        next: base === null ? 'understudy setup' : '',
      },
      {
        part: 'link faults',
        ok: true,
        found: 'nfqueue (delay, jitter, loss), htb (rate), nftables (partition)',
        next: '',
      },
    ];
  } catch (error) {
    return [
      {
        part,
        ok: false,
        found: `${url} does not answer: ${error instanceof Error ? error.message : String(error)}`,
        next: 'understudy setup',
      },
    ];
  }
}

function pulumi(): readonly Finding[] {
  const parts = [
    ['Pulumi engine', join(engineFolder(), 'pulumi'), pulumiVersion],
    ['Pulumi language host', join(engineFolder(), 'pulumi-language-nodejs'), pulumiVersion],
    ['docker plugin', join(pluginFolder(), 'pulumi-resource-docker'), dockerPluginVersion],
  ] as const;
  return parts.map(([part, path, version]) => {
    const there = existsSync(path);
    const how = isOurs(path) ? 'built by understudy from upstream’s Go modules' : 'found';
    return {
      part,
      ok: there,
      found: there ? `${version}, ${how}` : path,
      next: there ? '' : 'understudy setup',
    };
  });
}

function seccomp(): Finding {
  const there = existsSync(seccompFile());
  return {
    part: 'seccomp profile',
    ok: there,
    found: there ? 'Docker’s list with unshare and mount' : 'units with PrivateUsers= will not start',
    next: there ? '' : 'understudy setup',
  };
}

function inotify(): Finding {
  const file = '/proc/sys/fs/inotify/max_user_instances';
  const limit = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  return {
    part: 'systemd node ceiling',
    ok: true,
    found: `about ${Math.floor(limit / inotifyPerNode)} nodes (fs.inotify.max_user_instances is ${limit})`,
    next: '',
  };
}
