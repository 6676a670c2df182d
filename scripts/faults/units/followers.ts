import type { NodeAccess } from '../../nodes/node.ts';

/** A target only groups units, and to start it would start all that it wants: it is left out. */
const script = [
  'seen=" $1 "; todo=$1',
  'while [ -n "$todo" ]; do',
  '  next=',
  '  for unit in $todo; do',
  '    for of in $(systemctl show --value --property=RequiredBy --property=BoundBy --property=ConsistsOf "$unit"); do',
  '      case $of in *.target) continue ;; esac',
  '      case $seen in *" $of "*) continue ;; esac',
  '      seen="$seen$of "',
  '      systemctl --quiet is-active "$of" || continue',
  '      echo "$of"',
  '      next="$next $of"',
  '    done',
  '  done',
  '  todo=$next',
  'done',
].join('\n');

/**
 * Units that are active and by their own words (`Requires=`, `BindsTo=`, `PartOf=`) may end with this one: systemd does not start
 * them again with it.
 */
export async function followersOf(node: NodeAccess, file: string): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await node.exec(['sh', '-c', script, 'sh', file], {
    timeoutMs: 20_000,
  });
  if (exitCode !== 0)
    throw new Error(`${node.name}: what follows ${file} could not be told (${exitCode}): ${stderr.trim()}`);
  return stdout.split('\n').filter((line) => line !== '');
}
