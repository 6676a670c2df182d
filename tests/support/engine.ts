import { execa } from 'execa';

const kinds = [
  ['ps', '--all', '--format', '{{.ID}} {{.Names}}'],
  ['network', 'ls', '--format', '{{.ID}} {{.Name}}'],
  ['volume', 'ls', '--format', '{{.Name}}'],
] as const;

/** Everything on the engine that carries a run label of ours: what must be empty when a command has ended. */
export async function labelledObjects(runId?: string): Promise<readonly string[]> {
  const label = runId === undefined ? 'dev.understudy.run' : `dev.understudy.run=${runId}`;
  const listings = await Promise.all(
    kinds.map(async (argv) => (await execa('docker', [...argv, '--filter', `label=${label}`])).stdout),
  );
  return listings.flatMap((listing) => listing.split('\n')).filter((line) => line !== '');
}
