import compareVersions from 'deb-version-compare';
import type { Difference } from './difference.ts';

/**
 * Pure: what two versions of one Debian package mean. Until a lock pins revisions, a later revision of the same upstream
 * version is Debian's own mending of what production has; anything else is another program.
 */
export function judgeVersions(expected: string, actual: string): Pick<Difference, 'class' | 'why'> {
  return upstream(expected) === upstream(actual) && isNewer(actual, expected)
    ? { class: 'allowed', why: 'a later Debian revision of the same upstream version' }
    : { class: 'blocking', why: '' };
}

/** By Debian Policy 5.6.12. False where there is nothing to compare. */
export function isNewer(version: string | null, than: string | null): boolean {
  return version !== null && than !== null && compareVersions(version, than) > 0;
}

/** With its epoch: `[epoch:]upstream[-revision]`; a native package carries its stable update behind a "+". */
function upstream(version: string): string {
  return version.replace(/-[^-]*$/, '').replace(/\+deb\d+u\d+$/, '');
}
