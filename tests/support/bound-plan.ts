import { boundPlan, bindRun } from '../../infra/plan/bind.ts';
import type { BoundPlan, LoadedPlan } from '../../infra/plan/plan.ts';
import { formatSshKey, type SshKeyPair } from '../../infra/plan/ssh-key.ts';

/** A plan bound as a run would bind it, with keys, subnet and time that are always the same. */
export function boundForTest(loaded: LoadedPlan, { created = '2026-11-25T08:00:00.000Z' } = {}): BoundPlan {
  const names = loaded.plan.nodes.map(({ name }) => name);
  const run = bindRun(
    loaded,
    {
      runId: '20261125-080000-abcdef',
      stack: 'run-20261125-080000-abcdef',
      owner: 'me@here',
      created,
      maxTtlMs: 3_600_000,
    },
    { ipv4: '198.18.7.0/24', gateway4: '198.18.7.1' },
    {
      account: dummyKey(1, 'understudy'),
      hosts: Object.fromEntries(names.map((name, index) => [name, dummyKey(2 + index, name)])),
    },
  );
  return boundPlan(loaded, run);
}

/** In the right format, of bytes that nobody would mistake for a key. */
export function dummyKey(byte: number, comment: string): SshKeyPair {
  return formatSshKey(Buffer.alloc(32, byte), Buffer.alloc(32, byte), Buffer.alloc(4, byte), comment);
}
