/** systemd's own rule: a name without a type is a service. */
export function unitFile(unit: string): string {
  return /\.(service|socket|timer|target|mount|path|scope|slice|swap|automount|device)$/.test(unit)
    ? unit
    : `${unit}.service`;
}
