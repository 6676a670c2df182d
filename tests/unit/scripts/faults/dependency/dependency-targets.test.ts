import { describe, expect, test } from '@jest/globals';
import type { ScheduledFault } from '../../../../../infra/plan/plan.ts';
import type { Fault } from '../../../../../infra/spec/fault.ts';
import {
  askerOf,
  closedByItself,
  DependencyReader,
} from '../../../../../scripts/faults/dependency/dependency-targets.ts';
import type { RouteAnswer } from '../../../../../scripts/faults/dependency/route-readings.ts';
import { fakeNode } from '../../../../support/fake-node.ts';
import { fakeVictim } from '../../../../support/fake-victim.ts';
import { delay, failing, powerLoss, resetting } from '../../../../support/faults.ts';
import type { Victim } from '../../../../../scripts/faults/victim/victim.ts';

const mock = { protocol: 'http' as const, port: 80, routes: [] };
const rates = { node: 'rates-1', dependency: mock };
const ledger = { node: 'ledger-1', dependency: mock };
const [a, b, c] = ['a-1', 'b-1', 'c-1'].map((node) => ({ node, dependency: null }));
if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes were asked for');
const all = [rates, ledger, a, b, c];

const on = (fault: Fault, ...targets: readonly string[]): ScheduledFault => ({
  id: 'p/f',
  profile: 'p',
  fault,
  targets,
  startMs: null,
  endMs: null,
});

describe('a dependency is asked', () => {
  test('by the first node of the software', () => {
    expect(askerOf(rates, all, [])).toBe(a);
    expect(askerOf(rates, all, [on(failing(1), 'rates-1:GET /'), on(delay(9), 'a-1->b-1')])).toBe(a);
  });

  test('by one that no fault is on, nor on its way there or back', () => {
    expect(askerOf(rates, all, [on(powerLoss, 'a-1'), on(delay(9), 'rates-1->b-1')])).toBe(c);
    expect(askerOf(ledger, all, [on(powerLoss, 'a-1'), on(delay(9), 'rates-1->b-1')])).toBe(b);
  });

  test('by any where none is free of faults, and by another dependency where there is no software', () => {
    expect(askerOf(rates, [rates, a, b], [on(powerLoss, 'a-1', 'b-1')])).toBe(a);
    expect(askerOf(rates, [rates, ledger], [])).toBe(ledger);
    expect(() => askerOf(rates, [rates], [])).toThrow('no node that could ask rates-1');
  });
});

describe('a server that closes after its answer', () => {
  const answer = (bytes: number): RouteAnswer => ({ status: 0, ms: 1, bytes, crc32: '', how: 'cut' });

  test('has not cut it short, but for one that is shorter than at first, or none', () => {
    expect(closedByItself([answer(9), answer(0)], undefined).map(({ how }) => how)).toEqual(['whole', 'cut']);
    expect(closedByItself([answer(9), answer(8)], 9).map(({ how }) => how)).toEqual(['whole', 'cut']);
  });
});

describe('ports of a dependency', () => {
  const port = (number: number, proxies: string | null) =>
    ({ route: `tcp ${number}`, port: number, proxies, asks: 'ff', answerBytes: null }) as const;
  const dependency = { protocol: 'tcp', routes: [port(1, 'broker'), port(2, null)] } as const;

  /** The words of each probe that is started, which is answered as `answer` says. */
  async function cluster(answer: string): Promise<{ victims: readonly Victim[]; asked: string[][] }> {
    const asked: string[][] = [];
    const sideCar = fakeNode({
      exec: async (argv, { stdin } = {}) => {
        asked.push([...argv, Buffer.from(stdin ?? '').toString('hex')]);
        return Promise.resolve({ exitCode: 0, stdout: answer, stderr: '' });
      },
    });
    const broker = await fakeVictim({ node: 'broker-1', names: ['broker-1', 'broker'] });
    const cache = await fakeVictim({ node: 'cache-1', names: ['cache-1', 'cache'], dependency });
    return { victims: [{ ...broker, sideCar }, cache], asked };
  }

  test('are looked at beside a fault, but for one that goes on to a node which another fault is on', async () => {
    const { victims } = await cluster('');
    const beside = (...faults: readonly ScheduledFault[]): readonly string[] =>
      new DependencyReader(victims, faults).beside([]);
    expect(beside()).toEqual(['cache-1:tcp 1', 'cache-1:tcp 2']);
    expect(beside(on(resetting(1), 'cache-1:tcp 1'))).toEqual(['cache-1:tcp 1', 'cache-1:tcp 2']);
    expect(beside(on(powerLoss, 'broker-1'))).toEqual(['cache-1:tcp 2']);
    expect(beside(on(delay(9), 'cache-1->broker-1'))).toEqual(['cache-1:tcp 2']);
  });

  test('are asked from other ports each time, hundreds of times without waiting for more than there was before', async () => {
    const { victims, asked } = await cluster('0 1.5 7 00000000 whole\n');
    const reader = new DependencyReader(victims, []);
    const fault = resetting(0.3);
    const scheduled = on(fault, 'cache-1:tcp 1');
    const { signal } = new AbortController();
    await reader.read('cache-1:tcp 1', { scheduled, fault, moment: 'before' }, signal);
    await reader.read('cache-1:tcp 1', { scheduled, fault, moment: 'during' }, signal);
    const words = asked.map(([program, , of, fromPort, , , enough, , , question]) => ({
      ...{ program, of, question, fromPort, enough },
    }));
    const common = { program: 'tcpprobe', of: '1', question: 'ff' };
    expect(words).toEqual([
      { ...common, fromPort: '61128', enough: '0' },
      { ...common, fromPort: '61256', enough: '7' },
    ]);
  });
});
