import type Docker from 'dockerode';
import { existsSync, readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { builtImage } from '../../images/inputs-hash.ts';
import { connectEngine, engineEndpoint } from '../../infra/components/docker/engine.ts';
import { hostMechanism, seccompFile } from '../../infra/components/docker/host.ts';
import { presentBase } from '../../infra/components/docker/base.ts';
import { EXIT, type ExitCode, messageOf } from '../../infra/errors.ts';
import { loadPlan, loadStackImage } from '../../infra/plan/load-plan.ts';
import { waitsForLaterSuites } from '../../infra/plan/later-suites.ts';
import type { Plan } from '../../infra/plan/plan.ts';
import { packageRoot } from '../../infra/places.ts';
import { hostAbilities, type Abilities } from '../faults/side-car/abilities.ts';
import { readCalibration, type Calibration } from '../faults/kinds/calibration.ts';
import { whyNot } from '../faults/kinds/requirements.ts';
import { corePatternOf, whyNoCores } from '../evidence/core-dump.ts';
import { printJson, printResult } from '../output.ts';
import { screenOf } from '../screen.ts';
import { calibrate } from '../rehearsal/calibrate.ts';
import { declaredBase } from '../setup/base-image.ts';
import { isOurs } from '../setup/go-build.ts';
import {
  engineFolder,
  pluginFolder,
  pulumiVersion,
  dockerPluginVersion,
} from '../../infra/pulumi-environment.ts';
import { calibrationTable, findingLines, type Finding } from './finding-lines.ts';

/** uid 0 holds about six inotify instances for each systemd node (measured). */
const inotifyPerNode = 6;

/**
 * Each part with its version and how it came, and what this host can emulate; one line each. A cluster and profiles that
 * are named are held against it: 69 where they cannot run here.
 */
export async function doctor(options: {
  readonly cluster?: string;
  readonly profile: readonly string[];
  readonly calibrate: boolean;
  readonly json: boolean;
}): Promise<ExitCode> {
  const { profile: profiles } = options;
  // A profile that is named without a cluster is held against the bundled one.
  const cluster = options.cluster ?? (profiles.length > 0 ? 'thumbnails' : undefined);
  const loaded = cluster === undefined ? null : loadPlan({ cluster, profiles, seed: 1, set: {}, suites: [] });
  if (options.calibrate) await calibrate();
  const docker = connectEngine();
  const abilities = await abilitiesHere(docker);
  const calibration = readCalibration();
  const findings = [
    node(),
    ...(await engine(docker)),
    linkFaults(abilities),
    accuracy(calibration),
    ...pulumi(),
    seccomp(),
    inotify(),
    neighbours(),
    coreDumps(loaded?.plan.nodes.some(({ cores }) => cores === true) ?? false),
    ...(loaded === null ? [] : asked(loaded.plan, abilities, calibration)),
  ];
  const ok = findings.every((one) => one.ok);
  if (options.json) printJson({ schema: 1, ok, findings, calibration });
  else {
    const { columns } = screenOf(process.stdout);
    printResult(`${findingLines(findings, columns)}\n${calibrationTable(calibration)}`.trimEnd());
  }
  // Without a cluster nothing was asked that could be refused.
  return ok || loaded === null ? EXIT.pass : EXIT.host;
}

function node(): Finding {
  return { part: 'Node', ok: true, found: process.version, next: '' };
}

async function engine(docker: Docker): Promise<readonly Finding[]> {
  const { url, local } = engineEndpoint();
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
    ];
  } catch (error) {
    return [
      {
        part,
        ok: false,
        found: `${url} does not answer: ${messageOf(error)}`,
        next: 'understudy setup',
      },
    ];
  }
}

/** null where no engine answers or the side-car's image is not built yet. */
async function abilitiesHere(docker: Docker): Promise<Abilities | null> {
  const { inputsHash } = loadStackImage(join(packageRoot, 'images/toolbox'));
  try {
    const image = builtImage(inputsHash);
    await docker.getImage(image).inspect();
    return await hostAbilities(docker, image);
  } catch {
    return null;
  }
}

function linkFaults(abilities: Abilities | null): Finding {
  const part = 'link faults';
  if (abilities === null) return { part, ok: false, found: 'not tried yet', next: 'understudy setup' };
  const { nfqueue, htb, nftables, netem } = abilities;
  const able = (there: boolean, what: string): string => (there ? what : `no ${what}`);
  const shaper = nfqueue ? 'NFQUEUE' : 'netem';
  return {
    part,
    ok: (nfqueue || netem) && htb && nftables,
    found: [
      able(nfqueue || netem, `${shaper} (delay, jitter, loss)`),
      able(htb, 'htb (rate)'),
      able(nftables, 'nftables (partition)'),
    ].join(', '),
    next: '',
  };
}

function accuracy(calibration: Calibration | null): Finding {
  return {
    part: 'calibration',
    ok: true,
    found:
      calibration === null
        ? 'never: doctor --calibrate measures what the drivers of link faults do here (20 s)'
        : `of ${calibration.takenAt}, below`,
    next: '',
  };
}

/** What a named cluster and its profiles ask of this host. */
function asked(plan: Plan, abilities: Abilities | null, calibration: Calibration | null): readonly Finding[] {
  const systemdNodes = plan.nodes.filter(({ init }) => init === 'systemd').length;
  const memoryMiB = plan.nodes.reduce((sum, one) => sum + one.memoryMiB, 0);
  const freeMiB = Math.floor(freemem() / 2 ** 20);
  const reasons =
    abilities === null
      ? ['not known: no Docker Engine and side-car image to try it with']
      : whyNot([...plan.conditions, ...plan.schedule], abilities, calibration);
  return [
    {
      part: `${plan.cluster}: nodes`,
      ok: systemdNodes <= systemdCeiling().nodes,
      found: `${plan.nodes.length}, ${systemdNodes} of them with systemd`,
      next:
        systemdNodes <= systemdCeiling().nodes
          ? ''
          : `sysctl fs.inotify.max_user_instances=${systemdNodes * inotifyPerNode + 128}`,
    },
    {
      part: `${plan.cluster}: memory`,
      ok: memoryMiB <= freeMiB,
      found: `${memoryMiB} MiB at most, ${freeMiB} MiB free`,
      next: '',
    },
    {
      part: `${plan.cluster}: faults`,
      ok: reasons.length === 0,
      found: reasons.length === 0 ? `${plan.schedule.length}, all possible here` : reasons.join('; '),
      next: '',
    },
    ...waitsForLaterSuites(plan).map((found) => ({
      part: `${plan.cluster}: events`,
      ok: true,
      found,
      next: '',
    })),
  ];
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

function systemdCeiling(): { readonly nodes: number; readonly limit: number } {
  const file = '/proc/sys/fs/inotify/max_user_instances';
  const limit = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  return { nodes: Math.floor(limit / inotifyPerNode), limit };
}

/** One table for all containers of a host: each node has an entry for each other one that it has just talked to. */
function neighbours(): Finding {
  const file = '/proc/sys/net/ipv4/neigh/default/gc_thresh3';
  const limit = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  return {
    part: 'neighbour table',
    ok: true,
    found: `${limit} entries: about ${Math.floor((1 + Math.sqrt(1 + 4 * limit)) / 2)} nodes that all talk to each other (sysctl net.ipv4.neigh.default.gc_thresh3)`,
    next: '',
  };
}

/** Where the kernel leaves cores is the host's own setting: it is told, and never changed. */
function coreDumps(areWanted: boolean): Finding {
  const read = (name: string): string => {
    const file = `/proc/sys/kernel/${name}`;
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const pattern = corePatternOf(read('core_pattern'), read('core_uses_pid'));
  const why = whyNoCores(pattern);
  return {
    part: 'core dumps',
    ok: why === null || !areWanted,
    found:
      why ?? `a role with "cores: true" keeps them (kernel.core_pattern is ${read('core_pattern').trim()})`,
    next: why === null || !areWanted ? '' : 'sysctl kernel.core_pattern=core',
  };
}

function inotify(): Finding {
  const { nodes, limit } = systemdCeiling();
  return {
    part: 'systemd node ceiling',
    ok: true,
    found: `about ${nodes} nodes (fs.inotify.max_user_instances is ${limit})`,
    next: '',
  };
}
