import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { join } from 'node:path';
import { packageRoot } from '../../../infra/places.ts';
import type { Verdict } from '../../../scripts/verdict/verdict.ts';
import { startRehearsal } from '../../support/live-run.ts';

const folder = join(packageRoot, 'tests/support/clusters/ports');

/** Nobody listens anywhere: who gets through is refused at once, and who does not waits. */
const refused = 1;
const waits = 124;

describe('links that some of what they carry does not get over', () => {
  let verdict: Verdict;
  const seen = new Map<string, number | undefined>();
  beforeAll(async () => {
    const asked = [
      join(folder, 'cluster.yaml'),
      '--profile',
      join(folder, 'profile.yaml'),
      '--control',
      'never',
    ];
    const run = await startRehearsal(asked);
    await run.event('"suite.start"');
    const reach = async (from: string, to: string, port: number): Promise<void> => {
      const connect = ['timeout', '1', 'bash', '-c', `exec 3<>/dev/tcp/${to}/${port}`];
      const { exitCode } = await execa('docker', ['exec', run.container(from), ...connect], {
        reject: false,
      });
      seen.set(`${from}->${to}:${port}`, exitCode);
    };
    await Promise.all([
      reach('client-1', 'broker-1', 6379),
      reach('client-1', 'broker-1', 6380),
      reach('client-2', 'broker-1', 6379),
    ]);
    ({ verdict } = await run.ended());
  });

  test('leave a run that can be trusted, and nothing else', () => {
    expect({ verdict: verdict.verdict, why: verdict.why }).toEqual({ verdict: 'pass', why: [] });
    expect({ leftovers: verdict.leftovers, residue: verdict.residue }).toEqual({
      leftovers: [],
      residue: [],
    });
  });

  test('have a receipt for each, the whole run or a window', () => {
    const held = {
      ok: true,
      healedOk: true,
      bystandersOk: true,
      measured: { before: 0, during: 1, after: 0 },
    };
    const receipts = verdict.receipts.map(({ fault, target, ok, healedOk, bystandersOk, measured }) => ({
      ...{ fault, target, ok, healedOk, bystandersOk, measured },
    }));
    expect(receipts).toEqual(
      [
        ['no-redis', 'broker-1->client-1'],
        ['no-redis', 'client-1->broker-1'],
        ['no-udp', 'client-2->broker-1'],
        ['no-ping', 'broker-1->client-2'],
      ].map(([fault, target]) => ({ fault: `ports/${fault ?? ''}`, target, ...held })),
    );
  });

  test('cut off whoever wants that port from there, and nobody else', () => {
    expect(Object.fromEntries(seen)).toEqual({
      'client-1->broker-1:6379': waits,
      'client-1->broker-1:6380': refused,
      'client-2->broker-1:6379': refused,
    });
  });
});
