import { basename } from 'node:path';

/** Our own processes by what they are for; everybody else's by their program's name. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/scripts\/cli\.ts/, 'controller'],
  [/watcher-process\.ts/, 'watcher'],
  [/pulumi-resource-docker/, 'docker plugin'],
  [/pulumi-language-/, 'language host'],
  [/(^|\/)pulumi( |$)/, 'Pulumi engine'],
  [/scripts\/understudy/, 'launcher'],
  [/-program\.ts/, 'program'],
];

/** Pure: what a process of a command is called in the table. */
export function processKind(argv: readonly string[]): string {
  const line = argv.join(' ');
  const known = kinds.find(([pattern]) => pattern.test(line));
  return known?.[1] ?? basename(argv[0] ?? '');
}
