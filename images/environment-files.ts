/**
 * pam_env's file: one assignment a line, the value as it is; in quotes, of which it takes away the outer two and no more,
 * where it would take others away or join two lines. `reachesLogins` says what no line can hold.
 */
export function environmentFile(variables: Readonly<Record<string, string>>): string {
  return byName(variables)
    .map(([name, value]) => `${name}=${/^["'\s]|[\\\s]$/.test(value) ? `"${value}"` : value}\n`)
    .join('');
}

/** Environment of every unit (systemd-system.conf(5)); % starts a specifier there. */
export function managerEnvironment(variables: Readonly<Record<string, string>>): string {
  const assignments = byName(variables).map(([name, value]) =>
    JSON.stringify(`${name}=${value.replaceAll('%', '%%')}`),
  );
  return `[Manager]\nDefaultEnvironment=${assignments.join(' ')}\n`;
}

/** The order in which variables are written down means nothing, and must not make another image. */
export function byName(variables: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
}
