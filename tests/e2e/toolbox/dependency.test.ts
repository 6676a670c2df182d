import { describe, expect, test } from '@jest/globals';
import { loadedDependency } from '../../../infra/plan/dependency-node.ts';
import { Dependency } from '../../../infra/spec/dependency.ts';
import { askedOf } from '../../../scripts/faults/dependency/dependency-driver.ts';
import { dependencyMeaning } from '../../../scripts/faults/dependency/dependency-meaning.ts';
import { askPort, askRoute, type RouteReading } from '../../../scripts/faults/dependency/route-readings.ts';
import { Hold } from '../../../scripts/faults/side-car/hold.ts';
import type { NodeAccess } from '../../../scripts/nodes/node.ts';
import { failingFirst, hang, otherBody, resetting, slow, truncated } from '../../support/faults.ts';
import { isHealedBy } from '../../support/is-healed.ts';
import { loneDependency, lonePort } from '../../support/lone-dependency.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;

describe('a fault of a dependency', () => {
  const hanging = ['dependencyfault', askedOf(hang, 'GET /a', 'seed')];
  const answers = async (sideCar: NodeAccess, route: string): Promise<string> => {
    const asking = { address: '127.0.0.1', port: lonePort, route, agent: 'a', count: 1, atOnce: 1 };
    const [one] = await askRoute(sideCar, { ...asking, patienceMs: 1000 }, never);
    return `${one?.status ?? ''} ${one?.how ?? ''}`;
  };

  test('is on its own route, ends with its heal, and answers those who waited', async () => {
    await using rates = await loneDependency();
    const { access } = await rates.sideCar();
    const hold = await Hold.open(access);
    await hold.start('f', hanging);
    expect([await answers(access, 'GET /a'), await answers(access, 'GET /b')]).toEqual([
      '0 silent',
      '200 whole',
    ]);
    const patient = {
      address: '127.0.0.1',
      port: lonePort,
      route: 'GET /a',
      agent: 'b',
      count: 1,
      atOnce: 1,
    };
    const waiting = askRoute(access, { ...patient, patienceMs: 20_000 }, never);
    await hold.heal('f');
    expect(await waiting).toMatchObject([{ status: 200, how: 'whole' }]);
    expect(await answers(access, 'GET /a')).toBe('200 whole');
    await hold.close();
  });

  test('ends with its lease, and with its side-car, whoever kills it', async () => {
    await using rates = await loneDependency();
    const first = await rates.sideCar();
    const onlooker = await rates.sideCar();
    const lease = await Hold.open(first.access);
    await lease.start('f', hanging);
    expect(await answers(onlooker.access, 'GET /a')).toBe('0 silent');
    await lease.close();
    expect(await answers(onlooker.access, 'GET /a')).toBe('200 whole');
    const again = await Hold.open(first.access);
    await again.start('f', hanging);
    expect(await answers(onlooker.access, 'GET /a')).toBe('0 silent');
    await first.kill();
    expect(await answers(onlooker.access, 'GET /a')).toBe('200 whole');
    again.leave();
  });

  test('on a route that the dependency does not have is refused by it', async () => {
    await using rates = await loneDependency();
    const { access } = await rates.sideCar();
    const hold = await Hold.open(access);
    const nowhere = ['dependencyfault', askedOf(hang, 'GET /nowhere', 'seed')];
    await expect(hold.start('f', nowhere)).rejects.toThrow(/no route GET \/nowhere/);
    await hold.close();
  });

  test('is counted beside what was asked without it', async () => {
    await using rates = await loneDependency();
    const { access } = await rates.sideCar();
    const hold = await Hold.open(access);
    await answers(access, 'GET /b');
    await hold.start('f', hanging);
    await answers(access, 'GET /a');
    await hold.close();
    const { stdout } = await rates.access.exec(['dependency', 'asked']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      { route: 'GET /a', status: 200, faults: ['hang'], ours: false, count: 1 },
      { route: 'GET /b', status: 200, faults: [], ours: false, count: 1 },
    ]);
  });
});

describe('a port of a dependency', () => {
  const [scripted, passed] = [7000, 7001];
  const spec = loadedDependency(
    Dependency.parse({
      protocol: 'tcp',
      ports: [
        { port: scripted, greeting: 'hello\n', ends: '\n', answers: [{ to: 'GET', answer: 'a value\n' }] },
        { port: passed, proxies: { node: 'localhost', port: scripted }, asks: 'GET it\n' },
      ],
    }),
    () => '',
  );
  const whole = { bytes: 'hello\na value\n'.length, how: 'whole' };
  let readings = 0;
  const ask = async (sideCar: NodeAccess, port: number, count = 1): Promise<RouteReading> => {
    const asking = { address: '127.0.0.1', port, count, atOnce: 1, patienceMs: 1000, enoughBytes: 0 };
    const asks = Buffer.from('GET it\n').toString('hex');
    return await askPort(sideCar, { ...asking, asks, number: (readings += 1) }, never);
  };
  const faults = [slow(300), hang, resetting(1), failingFirst(2), truncated(8), otherBody('oh')];

  test('has each fault on itself alone, scripted or passed on, and none once it is healed', async () => {
    await using cache = await loneDependency(spec);
    const { access } = await cache.sideCar();
    const hold = await Hold.open(access);
    for (const [own, other] of [
      [scripted, passed],
      [passed, scripted],
    ] as const) {
      for (const fault of faults) {
        const before = await ask(access, own, 3);
        await hold.start('f', ['dependencyfault', askedOf(fault, `tcp ${own}`, 'seed')]);
        const during = await ask(access, own, 3);
        // What goes on to a port that is faulty is faulty, too.
        const beside = own === passed ? await ask(access, other) : [whole];
        await hold.heal('f');
        const after = await ask(access, own, 3);
        const readings = { baseline: before, before, during, after };
        const { ok, why } = dependencyMeaning.judge(fault, readings);
        const isHealed = isHealedBy(dependencyMeaning)(fault, readings);
        expect({ fault: fault.kind, own, ok, why, isHealed, beside }).toMatchObject({
          ...{ fault: fault.kind, own, ok: true, why: '', isHealed: true, beside: [whole] },
        });
      }
    }
    await hold.close();
  });

  test('counts connections and bytes, of those that measure by themselves', async () => {
    await using cache = await loneDependency(spec);
    const { access } = await cache.sideCar();
    const hold = await Hold.open(access);
    await ask(access, scripted, 2);
    await hold.start('f', ['dependencyfault', askedOf(truncated(3), `tcp ${scripted}`, 'seed')]);
    const talk = 'exec 3<>/dev/tcp/127.0.0.1/7000; echo GET this >&3; cat <&3';
    const { stdout: heard } = await cache.access.exec(['bash', '-c', talk]);
    await hold.close();
    const { stdout } = await cache.access.exec(['dependency', 'asked']);
    expect({
      heard,
      asked: stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    }).toEqual({
      heard: 'hel',
      asked: [
        {
          ...{ route: 'tcp 7000', faults: [], ours: true, connections: 2 },
          ...{ askedBytes: 14, answeredBytes: 28 },
        },
        {
          ...{ route: 'tcp 7000', faults: ['truncate'], ours: false, connections: 1 },
          ...{ askedBytes: expect.any(Number), answeredBytes: 3 },
        },
      ],
    });
  });

  test('resets connections that stand when the fault begins', async () => {
    await using cache = await loneDependency(spec);
    const { access } = await cache.sideCar();
    const hold = await Hold.open(access);
    const talk = 'exec 3<>/dev/tcp/127.0.0.1/7001; read -r a <&3; echo $a; read -r b <&3 || echo gone';
    const talking = cache.access.exec(['bash', '-c', talk]);
    await until('it is connected', async () => {
      const { stdout } = await cache.access.exec(['dependency', 'asked']);
      return stdout.includes('"answeredBytes": 6') ? true : null;
    });
    await hold.start('f', ['dependencyfault', askedOf(resetting(1), `tcp ${passed}`, 'seed')]);
    expect((await talking).stdout).toBe('hello\ngone\n');
    await hold.close();
  });

  test('answers the same, whichever way a request comes in pieces', async () => {
    await using cache = await loneDependency(spec);
    const { stdout, stderr } = await cache.access.exec(['python3', '-c', inAllPieces]);
    expect({ stdout, stderr }).toEqual({ stdout: '1 way, 1 way\n', stderr: '' });
  });
});

/** Says in how many ways two scripts, with an end and without, answer one text that comes in all pairs of pieces. */
const inAllPieces = `
import sys; sys.path.insert(0, "/usr/local/lib/dependency")
from script import Script
def ways(ends, tos, text):
    found = set()
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            script = Script(ends, [{"to": to} for to in tos], 1000)
            pieces = text[:first], text[first:second], text[second:]
            found.add(tuple((one or {}).get("to") for piece in pieces for one in script.heard(piece)))
    assert all(one.count(b"GET") == 2 for one in found), found
    return f"{len(found)} way"
print(ways(b"\\r\\n", [b"", b"G", b"GET"], b"GET a\\r\\nG\\r\\nSET\\r\\nGET b\\r\\n"), ways(b"", [b"GET", b"SET"], b"GETSETSETGET"), sep=", ")
`;
