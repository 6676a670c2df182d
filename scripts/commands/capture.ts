import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT, HostError, UsageError, type ExitCode } from '../../infra/errors.ts';
import type { Facts } from '../../infra/spec/facts.ts';
import { capture as captureAll, type Captured } from '../capture/capture.ts';
import { parseCaptureTarget, targetText, type CaptureTarget } from '../capture/capture-target.ts';
import { printJson, printMessage } from '../output.ts';
import { counted } from '../report/quantity.ts';

export interface CaptureCommand {
  readonly targets: readonly string[];
  readonly out?: string;
  readonly sshConfig?: string;
}

/**
 * What production's machines are, as facts: a document a line on stdout, or a file each. What was read of each, and what of it
 * was secret and not kept, is said on stderr. What could be captured is written, whatever became of the others (69).
 */
export async function capture({ targets: texts, out, ...how }: CaptureCommand): Promise<ExitCode> {
  const targets = texts.map(parseCaptureTarget);
  const files = out === undefined ? null : filesOf(targets, resolve(out));
  const captured = await captureAll(targets, { ...how, onCaptured: announce });
  for (const { target, facts } of captured) {
    if (facts === null) continue;
    const file = files?.get(targetText(target));
    if (file === undefined) printJson(facts);
    else writeFacts(file, facts);
  }
  const missing = captured.filter(({ facts }) => facts === null).map(({ target }) => targetText(target));
  if (missing.length === 0) return EXIT.pass;
  throw new HostError('not-captured', `nothing is known of ${missing.join(', ')}`, {
    hint: 'the lines above say why; try what they name, such as `ssh HOST true`, by hand',
  });
}

/** By target: a file that is named so for one machine, else one each in a folder. @throws UsageError for two of one name. */
function filesOf(targets: readonly CaptureTarget[], out: string): ReadonlyMap<string, string> {
  const [first] = targets;
  if (out.endsWith('.json') && !isFolder(out)) {
    if (first !== undefined && targets.length === 1) return new Map([[targetText(first), out]]);
    throw new UsageError('one-file', `${out} cannot hold what ${targets.length} machines are`, {
      hint: 'name a folder: each machine has a file of its own there',
    });
  }
  const files = new Map<string, string>();
  for (const target of targets) {
    const file = join(out, `${nameOf(target)}.json`);
    const other = [...files].find(([, taken]) => taken === file)?.[0];
    if (other !== undefined)
      throw new UsageError('same-file', `${other} and ${targetText(target)} would both be ${file}`, {
        hint: 'name each machine once, or capture them into two folders',
      });
    files.set(targetText(target), file);
  }
  return files;
}

function nameOf(target: CaptureTarget): string {
  switch (target.how) {
    case 'local':
      return 'local';
    case 'docker':
      return target.container;
    case 'ssh':
      return target.host.replaceAll(':', '_');
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** All of it or none, and for nobody else to read: it says how a machine could be attacked. */
function writeFacts(file: string, facts: Facts): void {
  mkdirSync(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  renameSync(part, file);
}

function announce(one: Captured): void {
  printMessage(lineOf(one));
}

const listedAtMost = 8;

function lineOf(one: Captured): string {
  const head = `${targetText(one.target)} ${(one.tookMs / 1000).toFixed(1)} s`;
  if (one.facts === null) return `!    ${head}: ${one.why}`;
  const { os, packages, accounts, units, environment, source, redacted } = one.facts;
  const count = (things: Readonly<Record<string, unknown>>, word: string): string =>
    counted(Object.keys(things).length, word);
  const read = [
    `${os.id} ${os.version}`,
    ...[count({ ...packages.dpkg }, 'package'), count(accounts, 'account'), count(units, 'unit')],
    ...[
      count(environment, 'variable'),
      source.uid === 0 ? 'read as root' : `read as uid ${source.uid}, root sees more`,
    ],
  ];
  const more = redacted.length > listedAtMost ? ` and ${redacted.length - listedAtMost} more` : '';
  const kept =
    redacted.length === 0
      ? ''
      : `\n     secret, not kept: ${redacted.slice(0, listedAtMost).join(', ')}${more}`;
  return `ok   ${head}: ${read.join(', ')}${kept}`;
}
