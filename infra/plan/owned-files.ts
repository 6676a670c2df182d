import type { PlannedFile } from './plan.ts';

const unit = 'understudy-owners.service';

/**
 * The engine puts files in place as root's: on a machine a unit gives those of other accounts to them, before any unit
 * starts that could read them. A unit beside it is pulled in by a drop-in, because a file can be put in place but no link.
 */
export function ownedFiles(files: readonly PlannedFile[]): readonly PlannedFile[] {
  const owned = files.filter(({ owner }) => owner !== 'root:root');
  if (owned.length === 0) return [];
  const placed = (path: string, lines: readonly string[]): PlannedFile => ({
    path,
    content: `${lines.join('\n')}\n`,
    mode: '0644',
    owner: 'root:root',
  });
  return [
    placed(`/etc/systemd/system/${unit}`, [
      '[Unit]',
      'Description=Files of the role belong to whom its spec says',
      'DefaultDependencies=no',
      'After=local-fs.target',
      'Before=sysinit.target shutdown.target',
      'Conflicts=shutdown.target',
      '',
      '[Service]',
      'Type=oneshot',
      'RemainAfterExit=yes',
      // chown takes set-id bits away, so the mode is set once more.
      ...owned.flatMap(({ path, owner, mode }) => [
        `ExecStart=/bin/chown ${word(owner)} ${word(path)}`,
        `ExecStart=/bin/chmod ${word(mode)} ${word(path)}`,
      ]),
    ]),
    placed('/etc/systemd/system/sysinit.target.d/60-understudy-owners.conf', ['[Unit]', `Wants=${unit}`]),
  ];
}

/** One argument of ExecStart=: % begins a specifier there, $ a variable, and a quoted word knows C's escapes. */
function word(text: string): string {
  return JSON.stringify(text.replaceAll('%', '%%').replaceAll('$', '$$$$'));
}
