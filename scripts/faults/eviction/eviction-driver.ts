import { setTimeout as delay } from 'node:timers/promises';
import { usualInterruption } from '../../../infra/spec/faults/eviction.ts';
import { isEvictionFault, type NoticeFault, type SpotFault } from '../../../infra/spec/fault.ts';
import { allDone } from '../../all-done.ts';
import type { FamilyDriver } from '../victim/family-driver.ts';
import { heldDriver, holdId } from '../victim/held-driver.ts';
import type { GiveBack } from '../node/node-driver.ts';
import { unitsToSignal } from './signalled-units.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

const signalDeadlineMs = 10_000;

/** Notices in the metadata service of a node, and all that comes after one. */
export function evictionDriver(victims: readonly Victim[], giveBack: GiveBack): FamilyDriver {
  const notices = heldDriver(victims, ({ fault }) => ({
    argv: fault.kind === 'eviction.notice' ? noticeProgram(fault, new Date()) : [],
  }));
  return {
    async inject(scheduled, active, until = new AbortController().signal) {
      const { fault, targets } = scheduled;
      if (!isEvictionFault(fault)) return;
      if (fault.kind === 'eviction.notice') {
        await notices.inject(scheduled, active);
        return;
      }
      await allDone(
        targets.map(async (node) => evict(victimNamed(victims, node), holdId(scheduled, node), fault, until)),
      );
    },
    async heal(scheduled, active, ended = new Set()) {
      const { fault } = scheduled;
      if (fault.kind === 'eviction.notice') await notices.heal(scheduled, active, ended);
      else await giveBack(scheduled, active, ended);
    },
  };
}

/** From the notice to the end of the machine, or until `until`. */
async function evict(
  victim: Victim,
  id: string,
  { noticeMs, graceMs, signal, unit }: SpotFault,
  until: AbortSignal,
): Promise<void> {
  const { machine, access, hold } = victim;
  const began = performance.now();
  const at = async (ms: number): Promise<void> => {
    await delay(Math.max(0, ms - (performance.now() - began)), undefined, { signal: until });
  };
  await hold.start(id, ['imds', 'interruption', 'terminate', secondsOf(new Date(), noticeMs + graceMs)]);
  await at(noticeMs);
  const units = unitsToSignal(unit, victim);
  if (units.length === 0) await machine.signal(signal);
  else {
    // "--kill-who" is what systemd before 252 knows, and later ones still take.
    const argv = ['systemctl', 'kill', '--kill-who=main', `--signal=${signal}`, ...units];
    const { exitCode, stderr } = await access.exec(argv, { timeoutMs: signalDeadlineMs });
    if (exitCode !== 0)
      throw new Error(`${victim.node}: "${argv.join(' ')}" ended with ${exitCode}: ${stderr.trim()}`);
  }
  await at(noticeMs + graceMs);
  await machine.kill();
}

/** Pure. */
export function noticeProgram(
  { notice, action = usualInterruption.action, inMs = usualInterruption.inMs }: NoticeFault,
  now: Date,
): readonly string[] {
  return notice === 'rebalance'
    ? ['imds', 'rebalance', secondsOf(now, 0)]
    : ['imds', 'interruption', action, secondsOf(now, inMs)];
}

/** Pure: as EC2 writes times, to the second. */
function secondsOf(now: Date, laterMs: number): string {
  return new Date(now.getTime() + laterMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
