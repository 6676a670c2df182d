/** The package has no types of its own. Negative, 0 or positive, by Debian Policy 5.6.12. */
declare module 'deb-version-compare' {
  export default function compareVersions(a: string, b: string): number;
}
