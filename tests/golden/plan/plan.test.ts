import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import { loadPlan } from '../../../infra/plan/load-plan.ts';
import { withoutFaults } from '../../../infra/plan/plan-cluster.ts';
import type { LoadedPlan, ScheduledFault } from '../../../infra/plan/plan.ts';
import { expectGolden } from '../../support/golden.ts';

const folder = join(packageRoot, 'tests/golden/plan');

function bundled(seed: number): LoadedPlan {
  return loadPlan({ cluster: 'thumbnails', profiles: ['degraded-network', 'low-disk'], seed, set: {}, suites: [] });
}

/** Hashes that change take with them every cached control and every replay of an earlier run: is that meant? */
test.each([1, 7])('the plan of the bundled cluster under both of its profiles with seed %d is the golden one', (seed) => {
  expectGolden(join(folder, `thumbnails-seed-${seed}.txt`), summaryOf(bundled(seed)));
});

test('no machine, time or place is in a plan', () => {
  const text = JSON.stringify(bundled(1).plan);
  for (const trace of [packageRoot, process.cwd(), process.env['HOME'] ?? packageRoot, '198.18.0.1'])
    expect(text).not.toContain(trace);
});

test('its control is the plan that has no profile', () => {
  const { plan } = loadPlan({ cluster: 'thumbnails', profiles: [], seed: 1, set: {}, suites: [] });
  expect(withoutFaults(bundled(1).plan)).toEqual(plan);
});

/** What a person can hold against the spec; the hashes hold all the rest. */
function summaryOf({ plan, hashes }: LoadedPlan): string {
  const stackName = (hash: string): string => plan.stacks.find(({ inputsHash }) => inputsHash === hash)?.label ?? '?';
  return [
    `plan     ${hashes.planHash}`,
    `schedule ${hashes.scheduleHash}`,
    `control  ${hashes.controlHash}`,
    '',
    ...plan.nodes.map(
      ({ name, host, init, image, memoryMiB, disks, environment, files }) =>
        `${name} .${host} ${init} ${image.kind === 'built' ? stackName(image.inputsHash) : image.reference} ${memoryMiB} MiB` +
        disks.map(({ path, sizeMiB, inodes }) => `, ${path} ${sizeMiB} MiB ${inodes ?? 'any'} inodes`).join('') +
        Object.entries(environment).map(([key, value]) => `, ${key}=${value}`).join('') +
        files.map(({ path }) => `, ${path}`).join(''),
    ),
    '',
    ...plan.volumes.map(({ name, sizeMiB, inodes, owner, mounts }) =>
      [`volume ${name} ${sizeMiB} MiB ${inodes ?? 'any'} inodes of ${owner ?? 'nobody'}:`, ...mounts.map(({ node, path }) => `${node}:${path}`)].join(' '),
    ),
    ...plan.suites.map(({ name, where, command }) => `suite ${name} on ${where}: ${command.join(' ')}`),
    '',
    ...plan.schedule.map(faultLine),
    '',
  ].join('\n');
}

function faultLine({ id, fault, targets, startMs, endMs }: ScheduledFault): string {
  const when = startMs === null ? 'whole run' : `${startMs} to ${endMs ?? 'the end'} ms`;
  const on = targets.length > 6 ? `${targets.length} targets from ${targets[0] ?? ''}` : targets.join(' ');
  return `${id} ${fault.kind} ${when} on ${on}`;
}
