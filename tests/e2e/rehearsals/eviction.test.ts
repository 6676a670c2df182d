import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../../infra/places.ts';
import { ProcessRecord } from '../../../scripts/evidence/process-record.ts';
import { Hold } from '../../../scripts/faults/side-car/hold.ts';
import { MetadataArms, metadataOf } from '../../../scripts/faults/metadata/metadata-arms.ts';
import type { NodeAccess } from '../../../scripts/nodes/node.ts';
import { readLease } from '../../../scripts/teardown/lease-store.ts';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';
import { labelledObjects } from '../../support/engine.ts';
import { fakeVictim } from '../../support/fake-victim.ts';
import { notice } from '../../support/faults.ts';
import { startRehearsal } from '../../support/live-run.ts';
import { loneSideCar } from '../../support/lone-side-car.ts';
import { rehearsal, understudy } from '../../support/understudy.ts';
import { until } from '../../support/until.ts';
import { writtenSpec } from '../../support/written-spec.ts';

const folder = join(packageRoot, 'tests/support/clusters/evicted');
const cluster = join(folder, 'cluster.yaml');

/** A request as it is written, to whoever listens at the address; bash has no more than that, and needs no more. */
const asking = 'exec 3<>/dev/tcp/169.254.169.254/80 && printf "$1" >&3 && cat <&3';

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

async function ask(
  sideCar: NodeAccess,
  method: string,
  path: string,
  ...headers: readonly string[]
): Promise<Answer> {
  const request = [`${method} ${path} HTTP/1.1`, 'Host: metadata', ...headers, '', ''].join('\\r\\n');
  const { stdout } = await sideCar.exec(['bash', '-c', asking, 'bash', request], { timeoutMs: 10_000 });
  const [head = '', body = ''] = stdout.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), headers: head, body };
}

const ttl = (seconds: number | string): string => `X-aws-ec2-metadata-token-ttl-seconds: ${seconds}`;
const withToken = (token: string): string => `X-aws-ec2-metadata-token: ${token}`;
const newToken = async (sideCar: NodeAccess, seconds = 60): Promise<string> =>
  (await ask(sideCar, 'PUT', '/latest/api/token', ttl(seconds))).body;

const facts = metadataOf('node-1', '198.18.0.11', 1);
const listed = [
  'hostname',
  'instance-id',
  'instance-life-cycle',
  'instance-type',
  'local-hostname',
  'local-ipv4',
  'placement/',
];

/** With the service in force as a node has it; it goes with the lease. */
async function served(sideCar: NodeAccess, imdsv2: 'required' | 'optional'): Promise<Hold> {
  await sideCar.exec(['ip', 'route', 'replace', 'unreachable', '169.254.0.0/16']);
  const hold = await Hold.open(sideCar);
  const pretender = await fakeVictim({ address: '198.18.0.11' });
  pretender.hold.leave();
  const fault = { ...notice, imdsv2 };
  const scheduled = { id: 'p/n', profile: 'p', fault, targets: ['node-1'], startMs: null, endMs: null };
  await new MetadataArms([{ ...pretender, hold }]).arm([scheduled]);
  return hold;
}

const root = '/latest/meta-data';
const action = `${root}/spot/instance-action`;

describe('the metadata service', () => {
  test('gives who asks with a token what there is, and 404 for the rest', async () => {
    await using one = await loneSideCar('size=1m', 'network');
    const hold = await served(one.access, 'required');
    const token = withToken(await newToken(one.access));
    const found = async (path: string): Promise<string> => {
      const { status, body } = await ask(one.access, 'GET', path, token);
      return status === 200 ? body : String(status);
    };
    expect(await found(`${root}/`)).toBe(listed.join('\n'));
    expect(await found(root)).toBe(listed.join('\n'));
    expect(await found(`${root}/placement/`)).toBe('availability-zone\nregion');
    expect(await found(`${root}/placement/availability-zone/`)).toBe(facts['placement/availability-zone']);
    expect(await found('/2021-07-15/meta-data/instance-id')).toBe(facts['instance-id']);
    expect(await found('/latest/')).toBe('meta-data');
    for (const path of [
      action,
      `${root}/events/recommendations/rebalance`,
      `${root}/iam/security-credentials/`,
    ])
      expect(await found(path)).toBe('404');
    for (const path of ['/latest/user-data', '/latest/meta-data-2', `${root}/instance`, '/other'])
      expect(await found(path)).toBe('404');
    expect(await ask(one.access, 'HEAD', `${root}/instance-id`, token)).toMatchObject({
      status: 200,
      body: '',
    });
    expect(await ask(one.access, 'POST', `${root}/instance-id`, token)).toMatchObject({ status: 405 });
    await hold.close();
  });

  test.each<[string, readonly string[], number]>([
    ['the longest time', [ttl(21_600)], 200],
    ['the shortest', [ttl(1)], 200],
    ['none', [ttl(0)], 400],
    ['longer', [ttl(21_601)], 400],
    ['what is no number', [ttl('60s')], 400],
    ['nothing said', [], 400],
    ['somebody in between', [ttl(60), 'X-Forwarded-For: 192.0.2.1'], 403],
  ])('gives a token for %s as EC2 does', async (_what, headers, status) => {
    await using one = await loneSideCar('size=1m', 'network');
    const hold = await served(one.access, 'required');
    expect(await ask(one.access, 'PUT', '/latest/api/token', ...headers)).toMatchObject({ status });
    await hold.close();
  });

  test('lets nobody in without a token where one is required, with another one nowhere, and with one until its time is over', async () => {
    await using one = await loneSideCar('size=1m', 'network');
    const strict = await served(one.access, 'required');
    const status = async (...headers: readonly string[]): Promise<number> =>
      (await ask(one.access, 'GET', `${root}/instance-id`, ...headers)).status;
    expect(await status()).toBe(401);
    expect(await status(withToken('made-up'))).toBe(401);
    const brief = withToken(await newToken(one.access, 1));
    expect(await status(brief)).toBe(200);
    await until('the token has expired', async () => ((await status(brief)) === 401 ? true : null), 5_000);
    await strict.close();
    const lax = await served(one.access, 'optional');
    expect([await status(), await status(withToken('made-up'))]).toEqual([200, 401]);
    await lax.close();
  });

  test('answers with a hop limit of 1 where a token is given, and there alone', async () => {
    await using one = await loneSideCar('size=1m', 'network');
    const hold = await served(one.access, 'required');
    const rules =
      'table ip t {\n chain c {\n type filter hook output priority 0;\n ip ttl 1 tcp sport 80 counter\n }\n}\n';
    await one.access.exec(['nft', '-f', '-'], { stdin: rules });
    const near = async (): Promise<number> => {
      const { stdout } = await one.access.exec(['nft', 'list', 'table', 'ip', 't']);
      return Number(/counter packets (\d+)/.exec(stdout)?.[1]);
    };
    const token = await newToken(one.access);
    const counted = await near();
    expect(counted).toBeGreaterThan(0);
    await ask(one.access, 'GET', `${root}/instance-id`, withToken(token));
    expect(await near()).toBe(counted);
    await hold.close();
  });

  test('is not held up by who connects and says nothing', async () => {
    await using one = await loneSideCar('size=1m', 'network');
    const hold = await served(one.access, 'required');
    const silent = await one.access.start([
      'bash',
      '-c',
      'exec 3<>/dev/tcp/169.254.169.254/80; echo in; cat',
    ]);
    await createInterface({ input: silent.stdout })[Symbol.asyncIterator]().next();
    expect((await newToken(one.access)).length).toBeGreaterThan(20);
    silent.close();
    await hold.close();
  });

  test('gives notices while they are held, each sort once', async () => {
    await using one = await loneSideCar('size=1m', 'network');
    const hold = await served(one.access, 'optional');
    const at = '2026-01-01T12:02:00Z';
    await hold.start('notice', ['imds', 'interruption', 'terminate', at]);
    await hold.start('advice', ['imds', 'rebalance', at]);
    const body = async (path: string): Promise<string> =>
      (await ask(one.access, 'GET', `${root}/${path}`)).body;
    expect(JSON.parse(await body('spot/instance-action'))).toEqual({ action: 'terminate', time: at });
    expect(await body('spot/termination-time')).toBe(at);
    expect(JSON.parse(await body('events/recommendations/rebalance'))).toEqual({ noticeTime: at });
    expect(await body('')).toBe(['events/', ...listed, 'spot/'].join('\n'));
    await expect(hold.start('again', ['imds', 'interruption', 'stop', at])).rejects.toThrow(
      /such a notice already/,
    );
    await hold.heal('notice');
    expect(await ask(one.access, 'GET', action)).toMatchObject({ status: 404 });
    expect(await ask(one.access, 'GET', `${root}/spot/`)).toMatchObject({ status: 404 });
    expect(await body('events/recommendations/')).toBe('rebalance');
    await hold.start('stop', ['imds', 'interruption', 'stop', at]);
    expect(await body('spot/')).toBe('instance-action');
    await hold.close();
  });

  test('goes with its lease: listener, address and route, and what is below them stays', async () => {
    await using one = await loneSideCar('size=1m', 'network');
    const seen = async (): Promise<readonly string[]> => {
      const all = [
        'ip route show table all',
        'ip -o -4 addr show',
        'ss -ltnH',
        'ls /run/understudy-imds 2>&1',
      ];
      return Promise.all(all.map(async (line) => (await one.access.exec(['sh', '-c', line])).stdout));
    };
    const [routes = '', addresses, listeners] = await seen();
    const hold = await served(one.access, 'required');
    await hold.start('notice', ['imds', 'interruption', 'terminate', '2026-01-01T12:02:00Z']);
    expect((await seen())[1]).toContain('169.254.169.254/32');
    await hold.close();
    expect(await seen()).toEqual([`unreachable 169.254.0.0/16 \n${routes}`, addresses, listeners, '']);
  });

  test('says so where a program of the node has its port', async () => {
    await using one = await loneSideCar('size=1m', 'network');
    const hold = await Hold.open(one.access);
    await hold.start('web', ['imds', 'serve', 'optional', '0.0.0.0', 'a=b']);
    await one.access.exec(['ip', 'addr', 'add', '169.254.169.254/32', 'dev', 'lo']);
    await expect(hold.start('imds', ['imds', 'serve', 'required', '169.254.169.254', 'a=b'])).rejects.toThrow(
      /port 80 of 169\.254\.169\.254 cannot be had: .*listens on port 80 of all its addresses/,
    );
    await hold.close();
  });
});

test('a signal is seen as it arrives, also by who ignores it, and who got it goes on', async () => {
  await using one = await loneSideCar('size=1m', 'trace');
  const watch = await one.access.start(['signalwatch', '15', 'process-1']);
  const lines = createInterface({ input: watch.stdout })[Symbol.asyncIterator]();
  const said = async (): Promise<string> => String((await lines.next()).value);
  expect([await said(), await said()]).toEqual([expect.stringMatching(/^process-1 seen 1 \d+$/), 'ok']);
  const now = Date.now();
  await one.access.exec(['sh', '-c', 'kill -WINCH 1; kill -TERM 1']);
  const [who, what, pid, at] = (await said()).split(' ');
  expect([who, what, pid]).toEqual(['process-1', 'got', '1']);
  expect(Math.abs(Number(at) - now)).toBeLessThan(2_000);
  watch.stdin.end();
  expect(await watch.exited).toBe(0);
  const { stdout } = await one.access.exec(['cat', '/proc/1/status']);
  expect(stdout).toMatch(/State:\tS/);
  expect(stdout).toMatch(/TracerPid:\t0/);
});

describe('nodes that get notices, are evicted and are lost', () => {
  let verdict: Verdict;
  beforeAll(async () => {
    const profile = join(folder, 'profile.yaml');
    ({ verdict } = await rehearsal([cluster, '--profile', profile, '--suite', 'wait', '--control', 'never']));
  });

  test('are what was asked, leave all others alone, and heal', () => {
    expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
    expect({ leftovers: verdict.leftovers, residue: verdict.residue }).toEqual({
      leftovers: [],
      residue: [],
    });
    const own = verdict.receipts.filter(({ kind }) => !kind.startsWith('network.'));
    const held = {
      measured: { before: 0, during: 1, after: 0 },
      ok: true,
      bystandersOk: true,
      healedOk: true,
    };
    expect(
      own.map(({ fault, target, measured, ok, bystandersOk, healedOk }) => ({
        ...{ fault, target, measured, ok, bystandersOk, healedOk },
      })),
    ).toEqual([
      { fault: 'evicted/reclaimed', target: 'machine-1', ...held },
      { fault: 'evicted/warned', target: 'machine-2', ...held },
      { fault: 'evicted/advised', target: 'machine-2', ...held },
      { fault: 'evicted/power-loss', target: 'box-2', ...held },
      { fault: 'evicted/reclaimed-box', target: 'box-2', ...held },
      { fault: 'evicted/lost', target: 'box-2', ...held },
    ]);
    for (const { bystanders } of own) expect(bystanders).toBeGreaterThan(0);
  });

  test('have their disks after a loss of power, empty ones when they are replaced, and the log of all of them', () => {
    const log = readFileSync(join(verdict.runFolder, 'nodes/box-2/container.log'), 'utf8');
    expect(log.match(/start \d/g)).toEqual(['start 1', 'start 2', 'start 1', 'start 1']);
  });

  test('leave what became of their processes: a signal before the end, and another start on another machine', () => {
    const records = readFileSync(join(verdict.runFolder, 'processes.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => ProcessRecord.parse(JSON.parse(line)))
      .filter(({ node, name }) => node === 'machine-1' && name === 'steady.service');
    expect(records.map(({ signal }) => signal)).toContain('SIGQUIT');
    expect(records.length).toBeGreaterThanOrEqual(3);
    expect(records.every(({ start }) => start !== null)).toBe(true);
  });
});

test('a notice and its service go by themselves when nobody is left to take them away', async () => {
  using spec = writtenSpec({
    'warned.yaml':
      'name: warned\ndescription: a notice\nfaults: [{name: n, kind: eviction.notice, notice: interruption, on: {nodes: [{node: box-1}]}}]',
  });
  const asked = [cluster, '--profile', spec.path('warned.yaml'), '--suite', 'wait', '--control', 'never'];
  const run = await startRehearsal(asked);
  await run.event('"fault.inject"');
  const addresses = async (): Promise<string> =>
    (await execa('docker', ['exec', run.container('box-1-sidecar'), 'ip', '-o', '-4', 'addr', 'show']))
      .stdout;
  expect(await addresses()).toContain('169.254.169.254');
  const watcher = readLease(run.runId)?.watcher?.pid;
  process.kill(-run.pid, 'SIGKILL');
  if (watcher !== undefined) process.kill(watcher, 'SIGKILL');
  await until(
    'the address is gone',
    async () => ((await addresses()).includes('169.254') ? null : true),
    10_000,
  );
  await understudy(['reap']);
  expect(await labelledObjects()).toEqual([]);
});
