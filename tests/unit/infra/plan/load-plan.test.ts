import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { packageRoot } from '../../../../infra/places.ts';
import { loadPlan, type PlanRequest } from '../../../../infra/plan/load-plan.ts';
import { waitsForLaterSuites } from '../../../../infra/plan/later-suites.ts';
import type { LoadedPlan } from '../../../../infra/plan/plan.ts';
import { refusalOf, type Refusal } from '../../../support/refusal.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const digest = `@sha256:${'0'.repeat(64)}`;
const idle = join(packageRoot, 'tests/support/clusters/idle/cluster.yaml');

function plan(request: Partial<PlanRequest>): LoadedPlan {
  return loadPlan({ cluster: 'thumbnails', profiles: [], seed: 1, set: {}, suites: [], ...request });
}

function refused(request: Partial<PlanRequest>): Refusal['document']['error'] {
  return refusalOf(() => plan(request)).document.error;
}

describe('what is asked for and is not there is refused with what there is', () => {
  test.each([
    [
      'a cluster',
      { cluster: 'thumbnail' },
      '"thumbnail"',
      /did you mean "thumbnails"\? one of calibration, thumbnails; or the path/,
    ],
    ['a cluster file', { cluster: './no.yaml' }, 'no.yaml', /path of a cluster.yaml/],
    [
      'a profile',
      { profiles: ['rain'] },
      '"rain"',
      /one of calibration, .*clock-skew, .*degraded-network, .*partitioned.*; or the path/,
    ],
    ['a profile file', { profiles: ['./no.yaml'] }, 'no.yaml', /path of a profile.yaml/],
    [
      'a suite',
      { suites: ['smok'] },
      '"smok" is no suite of thumbnails',
      /did you mean "smoke"\? one of thumbnails, smoke/,
    ],
    ['a suite twice', { suites: ['smoke', 'smoke'] }, 'suite "smoke" is asked for twice', /name it once/],
    [
      'a profile twice',
      { profiles: ['low-disk', 'low-disk'] },
      'profile "low-disk" is asked for twice',
      /name it once/,
    ],
    ['a variable', { set: { colour: 'red' } }, '"colour" is no variable', /"application" is the only one/],
    [
      'a variable called like a property',
      { set: { constructor: 'x' } },
      '"constructor" is no variable',
      /application/,
    ],
    [
      'a value',
      { set: { application: 'clumsy' } },
      '"clumsy" is not among the choices',
      /one of hardened, naive/,
    ],
  ])('%s', (_what, request, message, hint) => {
    const error = refused(request);
    expect(error).toMatchObject({ exit: 64, message: expect.stringContaining(message) });
    expect(error.hint).toMatch(hint);
  });

  test('a fault that hits nothing in this cluster names the cluster’s roles and nodes', () => {
    expect(refused({ cluster: idle, profiles: ['spot-eviction'] })).toMatchObject({
      exit: 64,
      problems: [
        {
          code: 'no-target',
          message:
            'fault "spot-eviction/reclaimed" has no target in this cluster: no role or node is called "worker"',
          hint: 'its roles and nodes are node, node-1, node-2, node-3',
        },
      ],
    });
    expect(refused({ cluster: idle, profiles: ['low-disk'] })).toMatchObject({
      exit: 64,
      problems: [
        {
          code: 'no-target',
          message:
            'fault "low-disk/nearly-full" has no target in this cluster: there is no disk on all nodes',
          hint: 'its roles and nodes are node, node-1, node-2, node-3; its disks are none (`disks:` of a role; a volume that several nodes share is none)',
        },
      ],
    });
  });
});

describe('spot-eviction on the bundled cluster', () => {
  const evicted = (seed: number): readonly string[] =>
    plan({ profiles: ['spot-eviction'], seed }).plan.schedule.flatMap(({ targets }) => targets);

  test('takes one worker that the seed picks, each of them for some seed', () => {
    const all = Array.from({ length: 30 }, (_, seed) => evicted(seed));
    expect(all.every(({ length }) => length === 1)).toBe(true);
    expect([...new Set(all.flat())].sort()).toEqual(['worker-1', 'worker-2', 'worker-3']);
    expect(evicted(7)).toEqual(evicted(7));
  });
});

test.each([
  ['evicted', '{name: f, kind: eviction.spot, noticeMs: 1000, graceMs: 500, on: {nodes: [{node: box}]}}'],
  ['replaced', '{name: f, kind: node.replace, on: {nodes: [{node: box}]}}'],
])('a node that a suite runs on is not %s: the suite would end with it', (_what, fault) => {
  using spec = writtenSpec({ 'f.yaml': `name: p\ndescription: a node\nfaults: [${fault}]\n` });
  const cluster = join(packageRoot, 'tests/support/clusters/evicted/cluster.yaml');
  const asked = { cluster, profiles: [spec.path('f.yaml')] };
  const { document, text } = refusalOf(() => plan({ ...asked, suites: ['inside'] }));
  expect(document.error.exit).toBe(64);
  expect(text).toContain('suite inside runs on box-1, and would end with it');
  expect(plan({ ...asked, suites: ['wait'] }).plan.schedule).toHaveLength(1);
});

test('a profile that is named twice is refused: its receipts could not be told apart', () => {
  expect(refused({ profiles: ['low-disk', 'low-disk'] })).toMatchObject({ exit: 64, code: 'duplicate' });
});

test('two profiles that set one thing of one link at one time contradict each other', () => {
  using spec = writtenSpec({
    'rain.yaml':
      'name: rain\ndescription: it rains\nfaults: [{name: wet, kind: network.loss, on: {links: all}, lossRatio: 0.5}]\n',
  });
  const error = refused({ profiles: ['degraded-network', spec.path('rain.yaml')] });
  expect(error).toMatchObject({ exit: 64, problems: [{ code: 'contradiction' }] });
  expect(error.message).toMatch(
    /"degraded-network\/loss" and "rain\/wet" are on \S+->\S+ at the same time, and both set network.loss/,
  );
});

test('what could not be told apart is a contradiction too: packets that jitter overtake each other', () => {
  using spec = writtenSpec({
    'mess.yaml':
      'name: mess\ndescription: in no order\nfaults: [{name: m, kind: network.reorder, on: {links: all}, reorderRatio: 0.1}]\n',
  });
  const error = refused({ profiles: ['degraded-network', spec.path('mess.yaml')] });
  expect(error).toMatchObject({ exit: 64, problems: [{ code: 'contradiction' }] });
  expect(error.message).toMatch(/"degraded-network\/jitter" and "mess\/m" are on .* overtake each other/);
});

describe('on one unit or node, at one time,', () => {
  const both = (...faults: readonly string[]): LoadedPlan => {
    using spec = writtenSpec({
      'odd.yaml': `name: odd\ndescription: odd\nfaults:\n${faults.map((one, at) => `  - {name: f${at}, ${one}}\n`).join('')}`,
    });
    return plan({ profiles: [spec.path('odd.yaml')] });
  };
  const worker = 'on: {units: [{node: worker-1}]}';
  const node = 'on: {nodes: [{node: worker-1}]}';
  const setting = (name: string): string =>
    `kind: environment.variable, variable: ${name}, value: x, ${worker}`;
  const umask = `kind: environment.umask, umask: '0077', ${worker}`;
  const group = (account: string, when = ''): string =>
    `kind: environment.group, account: ${account}, group: pictures, ${node}${when}`;

  test.each([
    ['two values of a variable', [setting('A'), setting('A')], 'both set the variable A'],
    ['two umasks', [umask, umask], 'both set the umask'],
    ['a kill and a start', [setting('A'), `kind: process.kill, ${worker}`], 'one starts the unit anew'],
    [
      'two edits that come and go',
      [group('a'), group('b', ', from: [0, 1], untilMs: 9000')],
      'both edit /etc/group',
    ],
  ])('%s contradict each other', (_what, faults, why) => {
    expect(refusalOf(() => both(...faults)).document.error).toMatchObject({
      exit: 64,
      problems: [{ code: 'contradiction', message: expect.stringContaining(why) }],
    });
  });

  test('two variables do not, nor two edits of the whole run', () => {
    expect(() => both(setting('A'), setting('B'), group('a'), group('b'))).not.toThrow();
  });
});

test('a loss that comes and goes where packets have copies is one, and one that stays with them is none', () => {
  const rain = (when: string): string =>
    `name: rain\ndescription: it rains twice\nfaults:
  - {name: wet, kind: network.loss, on: {links: all}, lossRatio: 0.1${when}}
  - {name: two, kind: network.duplicate, on: {links: all}, duplicateRatio: 0.1}\n`;
  using spec = writtenSpec({ 'shower.yaml': rain(', from: [0, 1], untilMs: 9000'), 'rain.yaml': rain('') });
  const error = refused({ profiles: [spec.path('shower.yaml')] });
  expect(error.message).toMatch(
    /"rain\/wet" and "rain\/two" are on .* makes up for what happens to the other/,
  );
  const asked = { cluster: 'thumbnails', seed: 1, set: {}, suites: [] };
  expect(loadPlan({ ...asked, profiles: [spec.path('rain.yaml')] }).plan.schedule).toHaveLength(2);
});

test('a node is not left more of a processor than it has, or hardly less', () => {
  const left = (cpus: number): string =>
    `name: slow\ndescription: slow\nfaults: [{name: slow, kind: resource.cpu, cpus: ${cpus}, on: {nodes: [{node: node}]}}]\n`;
  using spec = writtenSpec({
    'cluster.yaml': `name: c\nroles: {node: {image: "i${digest}", init: image, cpus: 0.5}}\n`,
    'hardly.yaml': left(0.4),
    'slow.yaml': left(0.35),
  });
  const cluster = spec.path('cluster.yaml');
  expect(refused({ cluster, profiles: [spec.path('hardly.yaml')] }).problems).toMatchObject([
    {
      code: 'senseless',
      message: 'node-1 is to be left 0.4 of a processor, and has 0.5 of its own',
      hint: expect.stringContaining('0.35 or less'),
    },
  ]);
  expect(plan({ cluster, profiles: [spec.path('slow.yaml')] }).plan.schedule).toHaveLength(1);
});

test('one node is not left two parts of its processor at the same time', () => {
  using spec = writtenSpec({
    'twice.yaml': `name: twice\ndescription: two\nfaults:
  - {name: a, kind: resource.cpu, cpus: 0.5, on: {nodes: [{node: worker}]}}
  - {name: b, kind: resource.cpu, cpus: 0.2, on: {nodes: [{node: worker-1}]}, from: [0, 1]}\n`,
  });
  expect(refused({ profiles: [spec.path('twice.yaml')] }).message).toMatch(
    /"twice\/a" and "twice\/b" are on worker-1 at the same time, and both set resource.cpu/,
  );
});

test('where hardly a process can be started, nothing else is read inside: links alone are', () => {
  const full = (free: number, other: string): string =>
    `name: full\ndescription: full\nfaults:
  - {name: full, kind: resource.processes, freeProcesses: ${free}, on: {nodes: [{node: worker-1}]}}
  - {name: other, ${other}}\n`;
  const disk = 'kind: disk.readonly, on: {disks: [{node: worker}]}';
  using spec = writtenSpec({
    'few.yaml': full(15, disk),
    'enough.yaml': full(16, disk),
    'links.yaml': full(0, 'kind: network.delay, delayMs: 5, on: {links: all}'),
    'elsewhere.yaml': full(0, 'kind: disk.readonly, on: {disks: [{node: worker-2}]}'),
  });
  expect(refused({ profiles: [spec.path('few.yaml')] }).message).toMatch(
    /"full\/full" and "full\/other" are on worker-1 at the same time, and what is read inside a node takes processes/,
  );
  for (const name of ['enough', 'links', 'elsewhere'])
    expect(plan({ profiles: [spec.path(`${name}.yaml`)] }).plan.schedule).toHaveLength(2);
});

test('two that use up one node’s memory are a contradiction, and on two nodes are none', () => {
  const eaters = (node: string): string =>
    `name: eat\ndescription: eat\nfaults:
  - {name: tight, kind: resource.memory, memoryMiB: 96, on: {nodes: [{node: worker-1}]}}
  - {name: end, kind: process.oom, on: {units: [{node: ${node}}]}}\n`;
  using spec = writtenSpec({ 'one.yaml': eaters('worker-1'), 'two.yaml': eaters('worker-2') });
  expect(refused({ profiles: [spec.path('one.yaml')] }).message).toMatch(
    /"eat\/tight" and "eat\/end" are on worker-1 at the same time, and which of them/,
  );
  expect(plan({ profiles: [spec.path('two.yaml')] }).plan.schedule).toHaveLength(2);
});

test('what nobody writes to or renames is no path to be killed at', () => {
  const crash = (path: string, call: string): string =>
    `name: crash\ndescription: crash\nfaults:
  - {name: torn, kind: process.crash-point, call: ${call}, path: ${path}, on: {units: [{node: worker-1}]}}\n`;
  using spec = writtenSpec({
    'disk.yaml': crash('/var/lib/worker', 'rename'),
    'above.yaml': crash('/var/lib', 'write'),
    'folder.yaml': crash('/var/lib/worker', 'fsync'),
    'file.yaml': crash('/var/lib/worker/state', 'rename'),
    'spaced.yaml': crash("'/var/lib/my state'", 'write'),
  });
  const of = (name: string) => ({ profiles: [spec.path(`${name}.yaml`)] });
  expect(JSON.stringify(refused(of('disk')))).toMatch(
    /no rename of \/var\/lib\/worker comes to anything on worker-1/,
  );
  expect(JSON.stringify(refused(of('above')))).toMatch(/no write of \/var\/lib comes to anything/);
  expect(JSON.stringify(refused(of('spaced')))).toMatch(/without spaces/);
  for (const name of ['folder', 'file']) expect(plan(of(name)).plan.schedule).toHaveLength(1);
});

test('one node has one clock and one zone at a time, and nobody asks a unit for the time that falls', () => {
  const clocks = (second: string): string =>
    `name: clocks\ndescription: two at once\nfaults:
  - {name: one, kind: clock.offset, on: {nodes: [{node: worker-1}]}, offsetMs: 5000}
  - {name: two, ${second}}\n`;
  const onNode = 'on: {nodes: [{node: worker-1}]}';
  using spec = writtenSpec({
    'clock.yaml': clocks(`kind: clock.rate, ${onNode}, driftPpm: 200`),
    'unit.yaml': clocks('kind: process.kill, on: {units: [{node: worker}]}'),
    'zone.yaml': clocks(`kind: clock.zone, ${onNode}, zone: Pacific/Chatham`),
  });
  const message = (file: string): string => refused({ profiles: [spec.path(file)] }).message;
  expect(message('clock.yaml')).toMatch(
    /"clocks\/one" and "clocks\/two" are on worker-1 .* both set its clock/,
  );
  expect(message('unit.yaml')).toMatch(/are on worker-1 .* cannot be asked for its time/);
  const asked = { cluster: 'thumbnails', seed: 1, set: {}, suites: [] };
  expect(loadPlan({ ...asked, profiles: [spec.path('zone.yaml')] }).plan.schedule).toHaveLength(2);
});

test('the suites that are named run, in the order of the spec; all of them where none is named', () => {
  const names = (suites: readonly string[]): readonly string[] =>
    plan({ suites }).plan.suites.map(({ name }) => name);
  expect(names([])).toEqual(['thumbnails', 'smoke']);
  expect(names(['smoke', 'thumbnails'])).toEqual(['thumbnails', 'smoke']);
  expect(names(['smoke'])).toEqual(['smoke']);
});

test('a variable reaches the environment and the suites, and nothing of it is left unresolved', () => {
  const { plan: naive } = plan({ set: { application: 'naive' } });
  expect(naive.variables).toEqual({ application: 'naive' });
  expect(naive.nodes.find(({ role }) => role === 'worker')?.environment).toEqual({ APPLICATION: 'naive' });
  expect(JSON.stringify(naive)).not.toContain('${application}');
});

describe('a stack', () => {
  test('with a mistake is refused in its own file, whichever role names it', () => {
    using spec = writtenSpec({
      'cluster.yaml': 'name: a\nroles: {web: {image: ./web, init: image}}\n',
      'web/stack.yaml': `base: debian${digest}\nunits: [web.service]\nlocale: de DE\n`,
    });
    expect(refused({ cluster: spec.path('cluster.yaml') }).problems).toMatchObject([
      { file: spec.path('web/stack.yaml'), line: 3, column: 9, code: 'invalid-format' },
    ]);
  });

  test('below another one is refused in its own file too', () => {
    using spec = writtenSpec({
      'cluster.yaml': 'name: a\nroles: {web: {image: ./web, init: image}}\n',
      'web/stack.yaml': 'base: ../below\n',
      'below/stack.yaml': 'base: debian:bookworm\n',
    });
    expect(refused({ cluster: spec.path('cluster.yaml') }).problems).toMatchObject([
      { file: spec.path('below/stack.yaml'), line: 1, column: 7, code: 'base' },
    ]);
  });

  test('that is built on itself is refused with the whole circle', () => {
    using spec = writtenSpec({
      'cluster.yaml': 'name: a\nroles: {web: {image: ./web, init: image}}\n',
      'web/stack.yaml': 'base: ../below\n',
      'below/stack.yaml': 'base: ../web\n',
    });
    const error = refused({ cluster: spec.path('cluster.yaml') });
    expect(error).toMatchObject({ exit: 64, code: 'base-cycle' });
    expect(error.message).toMatch(/web → \S+below → \S+web$/);
  });

  test('that knows an account by another uid than the cluster does is refused in the cluster', () => {
    using spec = writtenSpec({
      'cluster.yaml': [
        'name: a',
        'accounts: [{name: render, uid: 2001}, {name: other, uid: 2002}]',
        'roles:',
        '  web: {image: ./web, init: image}',
        '  worker: {image: ./web, init: image}',
      ].join('\n'),
      'web/stack.yaml': `base: debian${digest}\naccounts: [{name: render, uid: 3001}, {name: third, uid: 2002}]\n`,
    });
    expect(refused({ cluster: spec.path('cluster.yaml') }).problems).toMatchObject([
      { code: 'uid-clash', line: 2, column: 32, message: expect.stringContaining('"render" with 3001') },
      { code: 'uid-clash', line: 2, column: 58, message: expect.stringContaining('"third" with 2002') },
    ]);
  });

  test('that two roles share is rendered once', () => {
    expect(plan({ cluster: idle }).plan.stacks).toHaveLength(1);
    // Base, broker, worker and client: each once, although three are built on the first.
    expect(plan({}).plan.stacks.map(({ label }) => label)).toEqual(['base', 'broker', 'worker', 'client']);
  });
});

test('a variable cannot put into a machine’s environment what the spec could not', () => {
  using spec = writtenSpec({
    'cluster.yaml': [
      'name: a',
      'variables: {password: plain}',
      'roles: {web: {image: ./web, init: systemd, environment: {PASSWORD: "${password}"}}}',
    ].join('\n'),
    'web/stack.yaml': `base: debian${digest}\ninit: systemd\n`,
  });
  expect(refused({ cluster: spec.path('cluster.yaml'), set: { password: 'hunter#2' } })).toMatchObject({
    exit: 64,
    code: 'environment',
    message: expect.stringContaining('PASSWORD'),
  });
});

describe('an account', () => {
  const on = 'on: {nodes: [{node: web}]}';
  const refusals = (...faults: readonly string[]): readonly unknown[] => {
    using spec = writtenSpec({
      'cluster.yaml': [
        'name: a',
        'accounts: [{name: render, uid: 2001, groups: [pictures]}, {name: deploy, uid: 2002}]',
        'roles: {web: {image: ./web, init: systemd}}\n',
      ].join('\n'),
      'web/stack.yaml':
        'base: ../below\ninit: systemd\ncommands: [[usermod, -aG, docker, deploy], [chown, render, /srv]]\n',
      'below/stack.yaml': `base: debian${digest}\naccounts: [{name: app, uid: 2003, groups: [adm]}]\n`,
      'p.yaml': `name: p\ndescription: p\nfaults:\n${faults.map((one, at) => `  - {name: f${at}, ${one}, ${on}}\n`).join('')}`,
    });
    const asked = { cluster: spec.path('cluster.yaml'), profiles: [spec.path('p.yaml')] };
    return refusalOf(() => {
      plan(asked);
      throw new Error('planned');
    }).document.error.problems.map(({ line, message, hint }) => [line, message, hint]);
  };

  test('has no other number where it is the one that it is declared with, in the spec or in a stack', () => {
    expect(
      refusals(
        'kind: environment.uid, account: render, uid: 2001',
        'kind: environment.uid, account: app, uid: 2003',
        'kind: environment.uid, account: deploy, uid: 2999',
      ),
    ).toEqual([
      [4, 'render has uid 2001 on web-1 already, without any fault', expect.anything()],
      [5, 'app has uid 2003 on web-1 already, without any fault', expect.anything()],
    ]);
  });

  test('cannot lose a group that it is declared without, unless a command may have put it there', () => {
    expect(
      refusals(
        'kind: environment.group, account: render, group: nosuch',
        'kind: environment.group, account: app, group: amd',
        'kind: environment.group, account: render, group: pictures',
        'kind: environment.group, account: deploy, group: docker',
      ),
    ).toEqual([
      [4, expect.stringContaining('render is declared on web-1 without'), '"pictures" is the only one'],
      [5, expect.stringContaining('being a member of amd'), 'did you mean "adm"?'],
    ]);
  });

  test('that nobody declares may be of the base image: nothing declared proves otherwise', () => {
    const own = { account: 'www-data', group: 'nosuch' };
    expect(refusals(`kind: environment.group, account: ${own.account}, group: ${own.group}`)).toEqual([]);
    expect(refusals("kind: environment.mode, account: nosuch, path: /home/render, mode: '0555'")).toEqual([]);
  });
});

test('the sum of delays on a link is what one may be, at one moment alone', () => {
  const delays = (when: string): string =>
    `name: far\ndescription: far\nfaults:
  - {name: a, kind: network.delay, delayMs: 6000, on: {links: all}, from: [0, 0], lastsMs: [20000, 20000]}
  - {name: b, kind: network.delay, delayMs: 4000, on: {links: all}, from: [0, 0], lastsMs: [20000, 20000]}
  - {name: c, kind: network.delay, delayMs: 1, on: {links: [{from: worker-1, to: broker}]}, ${when}}\n`;
  using spec = writtenSpec({
    'beside.yaml': delays('from: [5000, 5000], lastsMs: [5000, 5000]'),
    'after.yaml': delays('from: [20000, 20000]'),
  });
  expect(refused({ profiles: [spec.path('beside.yaml')] }).problems).toMatchObject([
    {
      ...{ code: 'senseless', line: 6 },
      message:
        'what comes over worker-1->broker-1 is to be 10001 ms late, by 3 delays that are there at once',
    },
  ]);
  expect(plan({ profiles: [spec.path('after.yaml')] }).plan.schedule).toHaveLength(3);
});

test('a fault that waits for a suite which is not the first is told of: its byMs goes on before', () => {
  const waits = (suite: string): string =>
    `name: late\ndescription: late\nfaults: [{name: k, kind: process.kill, on: {units: [{node: worker-1, unit: worker}]}, from: {event: {suite: {name: ${suite}}}}}]\n`;
  using spec = writtenSpec({ 'first.yaml': waits('thumbnails'), 'second.yaml': waits('smoke') });
  const told = (name: string, suites: readonly string[] = []): readonly string[] =>
    waitsForLaterSuites(plan({ profiles: [spec.path(`${name}.yaml`)], suites }).plan);
  expect(told('second')).toEqual([
    'late/k waits for suite smoke, and its byMs (60000) counts from the beginning of the first suite: thumbnails must have ended by then',
  ]);
  expect(told('first')).toEqual([]);
  expect(told('second', ['smoke'])).toEqual([]);
});
