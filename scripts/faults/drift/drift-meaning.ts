import { isDriftFault, type DriftFault, type VersionFault } from '../../../infra/spec/fault.ts';
import type { Judged } from '../watch/judge.ts';
import type { TargetMeaning } from '../watch/target-watch.ts';

export interface PackageReading {
  /** What the software says of itself; null where it could not be run. */
  readonly reported: string | null;
  /** The version that the package's manager has as installed; null where it has none, undefined where it was not asked. */
  readonly installed: string | null | undefined;
}

/** Pure: what readings of a package mean. */
export const driftMeaning: TargetMeaning<DriftFault, PackageReading> = {
  isOf: isDriftFault,
  unread: { reported: null, installed: undefined },
  judge(fault, { before, during, after }) {
    const drifted = (reading: PackageReading): number => (hasDrifted(fault, reading) ? 1 : 0);
    const [was, is] = [drifted(before), drifted(during)];
    const left = isThere(after) ? drifted(after) : 1;
    // Two revisions of one version say the same of themselves: then nobody but the manager has seen another.
    const ok = isThere(before) && was === 0 && is === 1 && before.reported !== during.reported;
    return {
      ...{ requested: 1, unit: 'bool', n: during.installed === undefined ? 0 : 1, tolerance: 0, ok },
      measured: { before: was, during: is, after: left },
      samples: { before: [was], during: [is], after: [left] },
      why: ok ? '' : `${fault.package}: before ${said(fault, before)}, then ${said(fault, during)}`,
    } satisfies Judged;
  },
  whyNotHealed: (fault, { before, after }) =>
    isThere(after) && isSame(before, after)
      ? ''
      : `${fault.package}: before ${said(fault, before)}, and after it ${said(fault, after)}`,
  isAsBefore: isSame,
};

function hasDrifted(fault: DriftFault, reading: PackageReading): boolean {
  return fault.kind === 'drift.package' ? isMissing(reading) : isVersion(fault, reading);
}

function isMissing({ reported, installed }: PackageReading): boolean {
  return reported === null && installed === null;
}

/** Debian's epoch and revision are not the program's, and neither is what Debian took out of it ("+dfsg"). */
function isVersion({ manager, version }: VersionFault, { reported, installed }: PackageReading): boolean {
  if (reported === null || typeof installed !== 'string') return false;
  const isInstalled =
    installed === version ||
    (manager === 'apt' && !version.includes('-') && installed.startsWith(`${version}-`));
  const own =
    manager === 'pip'
      ? version
      : version
          .replace(/^\d+:/, '')
          .replace(/-[^-]*$/, '')
          .replace(/[+~].*$/, '');
  return isInstalled && versionsIn(reported).includes(own);
}

/** Words that may be versions: "1.6" of "jq-1.6", "2.1" of "v2.1,". */
function versionsIn(text: string): readonly string[] {
  return text.split(/[^0-9A-Za-z.+~!_]+/).map((word) => word.replace(/^v(?=\d)/, '').replace(/\.+$/, ''));
}

function isThere({ reported, installed }: PackageReading): boolean {
  return reported !== null && typeof installed === 'string';
}

function isSame(a: PackageReading, b: PackageReading): boolean {
  return a.reported === b.reported && a.installed === b.installed && b.installed !== undefined;
}

function said(fault: DriftFault, { reported, installed }: PackageReading): string {
  const manager = fault.kind === 'drift.package' || fault.manager === 'apt' ? 'dpkg' : 'Python';
  const program = reported === null ? 'its command failed' : `its command said "${reported}"`;
  if (installed === undefined) return `${program}, and ${manager} was not to be asked`;
  return `${program}, and ${manager} had ${installed === null ? 'none installed' : `${installed} installed`}`;
}
