import { execa } from 'execa';
import { EXIT } from '../infra/errors.ts';
import { Abilities } from '../scripts/faults/side-car/abilities.ts';
import type { NodeAccess } from '../scripts/nodes/node.ts';
import { openProgress } from '../scripts/progress/open.ts';
import { ensureReady } from '../scripts/setup/setup.ts';
import { describeMachine } from './bench/machine.ts';
import { currentCommit } from './bench/store.ts';
import { clockRuns, type ClockRun } from './netem/clock-run.ts';
import { cloudKernel } from './netem/cloud-kernel.ts';
import { emulator, ensureEmulator } from './netem/emulator.ts';
import { machineFiles } from './netem/machine-files.ts';
import { Machine } from './netem/machine.ts';
import {
  allHold,
  readResult,
  resultFile,
  sampled,
  summary,
  writeResult,
  type NetemResult,
} from './netem/result.ts';
import { ranOn, type RoundRun } from './netem/round-run.ts';
import { nodes, rounds } from './netem/rounds.ts';
import { say } from './support/checks.ts';
import { runNamed } from './support/named-command.ts';
import { namedOptions } from './support/named-options.ts';
import { untilInterrupted } from './support/until-interrupted.ts';

/**
 * `npm run netem [-- --table]`: netem for real, in an emulated machine with Debian's cloud kernel and the side-car's own
 * programs, by the driver, lease, probes and receipts of every rehearsal; and that machine's real clock. Written to
 * tests/results/netem.json when all of it has run. --table only prints what that file holds.
 */
await runNamed(main);

async function main(): Promise<number> {
  const { table } = namedOptions({ table: { type: 'boolean', default: false } } as const);
  const result = table ? readResult() : await exercised();
  if (result === null) return table ? EXIT.fail : EXIT.interrupted;
  say(`${summary(result)}\n\nevery receipt: ${resultFile}`);
  return allHold(result) ? EXIT.pass : EXIT.fail;
}

/** null: interrupted. */
async function exercised(): Promise<NetemResult | null> {
  const progress = openProgress();
  const { engine, toolbox } = await ensureReady(progress);
  await ensureEmulator(progress);
  const kernel = await cloudKernel(progress);
  const files = await machineFiles(engine, toolbox, kernel, progress);
  const [host, commit, version] = await Promise.all([
    describeMachine(engine),
    currentCommit(),
    execa(emulator, ['--version']),
  ]);
  await using machine = await progress.step('boot the machine', async () =>
    Machine.boot(kernel, files, nodes),
  );
  const [first = { name: '' }] = nodes;
  const node = machine.sideCar(first.name);
  const abilities = await progress.step("what the machine's kernel offers", async () => abilitiesOf(node));
  const runs: RoundRun[] = [];
  const clock: ClockRun[] = [];
  const interrupted = await untilInterrupted(rounds, async (round, signal) => {
    runs.push(await progress.step(round.name, async () => ranOn(machine, round, abilities, signal)));
  });
  if (interrupted) return null;
  clock.push(...(await progress.step("the machine's real clock", async () => clockRuns(node))));
  const [emulatorName = ''] = version.stdout.split('\n');
  const told = { commit, at: new Date().toISOString(), host, emulator: emulatorName, kernel: kernel.release };
  const result = {
    schema: 1 as const,
    ...told,
    sampled,
    bootMs: machine.bootMs,
    abilities,
    rounds: runs,
    clock,
  };
  writeResult(result);
  return result;
}

/** As scripts/faults/side-car/abilities.ts has them tried: in a network of their own, which goes with the trying. */
async function abilitiesOf(node: NodeAccess): Promise<Abilities> {
  const argv = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec abilities'];
  const { stdout } = await node.exec(argv, { timeoutMs: 120_000 });
  return Abilities.parse(JSON.parse(stdout));
}
