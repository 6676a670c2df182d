import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { join } from 'node:path';
import { packageRoot } from '../../../../infra/places.ts';
import { Abilities } from '../../../../scripts/faults/side-car/abilities.ts';
import { writtenSpec } from '../../../support/written-spec.ts';
import { everyAbility } from '../../../support/abilities.ts';

/** What the script says where each of its tools does what is given here. */
async function abilities(
  tools: Readonly<
    Record<
      'tc' | 'nft' | 'queuerule' | 'linkshape' | 'clockask' | 'dnsfault' | 'disklayer' | 'crashpoint',
      string
    >
  >,
): Promise<Abilities> {
  using bin = writtenSpec(
    Object.fromEntries(Object.entries(tools).map(([name, body]) => [name, `#!/bin/sh\n${body}\n`])),
  );
  await execa('chmod', ['+x', ...Object.keys(tools).map((name) => bin.path(name))]);
  const { stdout } = await execa('sh', [join(packageRoot, 'images/toolbox/abilities.sh')], {
    env: { PATH: `${bin.path('.')}:/usr/bin:/bin` },
    extendEnv: false,
  });
  return Abilities.parse(JSON.parse(stdout));
}

const works = {
  ...{ tc: 'exit 0', nft: 'exit 0', queuerule: 'exit 0' },
  ...{ linkshape: 'echo ok', clockask: 'exit 0', dnsfault: 'echo ok' },
  ...{ disklayer: 'exit 0', crashpoint: 'exit 0' },
};

test('a kernel that does everything can everything', async () => {
  expect(await abilities(works)).toEqual(everyAbility);
});

test.each<[string, Partial<typeof works>, Partial<Abilities>]>([
  ['netem is tried by itself', { tc: 'case "$*" in *netem*) exit 2;; esac' }, { netem: false }],
  ['htb too', { tc: 'case "$*" in *htb*) exit 2;; esac' }, { htb: false }],
  ['a rule that is refused', { queuerule: 'echo no >&2; exit 4' }, { nfqueue: false }],
  ['a rule without a queue behind it', { linkshape: 'echo err 1 no queue' }, { nfqueue: false }],
  ['a rule that would duplicate', { nft: 'case "$*" in *dup*) exit 1;; esac' }, { duplicating: false }],
  ['no process that could be asked', { clockask: 'exit 1' }, { clocks: false }],
  ['a program that cannot answer', { dnsfault: 'echo err 4 nftables' }, { names: false }],
  ['no file system of ours', { disklayer: 'echo err 6; exit 6' }, { layers: false }],
  ['no process whose calls could be followed', { crashpoint: 'exit 1' }, { tracing: false }],
  ['no nftables', { nft: 'exit 1' }, { nftables: false, duplicating: false, nfqueue: false }],
])('%s', async (_what, broken, missing) => {
  expect(await abilities({ ...works, ...broken })).toEqual({ ...everyAbility, ...missing });
});
