import { execa } from 'execa';
import { tmpdir } from 'node:os';
import { packageRoot } from '../../infra/places.ts';
import { readLeases } from '../../scripts/teardown/lease-store.ts';
import { ownObjects, type Listed } from './own-objects.ts';

const kinds = [
  ['ps', '--all', '{{.ID}} {{.Names}}'],
  ['network', 'ls', '{{.ID}} {{.Name}}'],
  ['volume', 'ls', '{{.Name}}'],
] as const;
const runLabel = 'dev.understudy.run';

/** What was there before this test file began is somebody else's: a developer's own cluster is no residue of ours. */
const before = new Set((await list()).map(({ line }) => line));

/** Everything on the engine that carries a run label and is of this test file: empty when a command has ended. */
export async function labelledObjects(): Promise<readonly string[]> {
  // A lease is there before the first object of its run and goes after the last one: one of two looks has it.
  const leases = [...readLeases()];
  const listed = await list();
  return ownObjects(listed, before, [...leases, ...readLeases()], [packageRoot, tmpdir()]);
}

async function list(): Promise<readonly Listed[]> {
  const listings = await Promise.all(
    kinds.map(async (words) => {
      const [argv, format] = [words.slice(0, -1), words.at(-1) ?? ''];
      const labelled = `{{.Label "${runLabel}"}} ${format}`;
      return (await execa('docker', [...argv, '--format', labelled, '--filter', `label=${runLabel}`])).stdout;
    }),
  );
  return listings
    .flatMap((listing) => listing.split('\n'))
    .filter((line) => line !== '')
    .map((line) => ({ runId: line.split(' ')[0] ?? '', line: line.split(' ').slice(1).join(' ') }));
}
