import { execa } from 'execa';

const kinds = [
  ['ps', '--all', '--format', '{{.ID}} {{.Names}}'],
  ['network', 'ls', '--format', '{{.ID}} {{.Name}}'],
  ['volume', 'ls', '--format', '{{.Name}}'],
] as const;

/** What was there before this test file began is somebody else's: a developer's own cluster is no residue of ours. */
const known = new Set(await list());

/** Everything on the engine that carries a run label and came since: empty when a command has ended. */
export async function labelledObjects(): Promise<readonly string[]> {
  return (await list()).filter((line) => !known.has(line));
}

async function list(): Promise<readonly string[]> {
  const listings = await Promise.all(
    kinds.map(
      async (argv) => (await execa('docker', [...argv, '--filter', 'label=dev.understudy.run'])).stdout,
    ),
  );
  return listings.flatMap((listing) => listing.split('\n')).filter((line) => line !== '');
}
