import { sparedNames, tellingNames } from '../../../infra/plan/cluster-names.ts';
import { overlaps } from '../../../infra/plan/subnet.ts';
import { parseTarget, targetText } from '../../../infra/plan/target.ts';
import { isDnsFault, type DnsFault, type Fault } from '../../../infra/spec/fault.ts';
import { subnetPrefix } from '../../../infra/spec/pool.ts';
import { quickestMs, noiseMs, type NameReading } from './dns-meaning.ts';
import { askNames, type NameAnswer } from './dns-readings.ts';
import { nodesBeside } from '../victim/nodes-beside.ts';
import type { Asked, TargetReader } from '../watch/target-watch.ts';
import { victimNamed, type Victim } from '../victim/victim.ts';

/** Of many names, so many show what becomes of all of them. */
const mostNames = 4;
const perName = 4;
const namesBeside = 2;
/** For an answer of a name server that answers. */
const patienceMs = 2_000;
/** Who waits for longer for an answer that stays away learns no more. */
const inVainMs = 1_500;
/** How often it is asked again by whom it answers late: on a busy host, every answer of one look may be. */
const tries = 5;

/** Nodes, which ask for names of others; beside them other nodes, and names that the fault leaves alone. */
export class NameReader implements TargetReader<DnsFault, NameReading> {
  readonly #victims: readonly Victim[];

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  beside(targets: readonly string[], fault: Fault): readonly string[] {
    const spared = targets.flatMap((node) =>
      (isDnsFault(fault) ? sparedNames(fault, node, this.#victims) : [])
        .slice(0, namesBeside)
        .map((name) => targetText({ on: 'name', node, name })),
    );
    return [...nodesBeside(this.#victims, targets), ...spared];
  }

  async read(
    text: string,
    { scheduled, fault, moment }: Asked<DnsFault>,
    signal: AbortSignal,
  ): Promise<NameReading> {
    // A fault is held against what there was right before it.
    if (moment === 'baseline') return [];
    const target = parseTarget(text);
    if (target.on !== 'name' && target.on !== 'node') throw new Error(`${text} asks for no names`);
    const { sideCar } = victimNamed(this.#victims, target.node);
    const names = target.on === 'name' ? [target.name] : this.#names(scheduled.fault, target.node);
    const isFaulty = fault !== null && moment === 'during';
    const lateMs = isFaulty && fault.kind === 'dns.slow' ? fault.delayMs : 0;
    const isInVain = isFaulty && fault.kind === 'dns.fail' && fault.answer === 'none';
    const question = {
      names: fault === null ? names.slice(0, namesBeside) : names.slice(0, mostNames),
      perName,
      patienceMs: isInVain ? inVainMs : patienceMs + lateMs,
    };
    const look = async (): Promise<NameReading> =>
      (await askNames(sideCar, question, signal)).map((answer) => ({
        ...answer,
        whose: this.#whose(answer),
      }));
    let reading = await look();
    for (let left = tries; left > 0 && quickestMs(reading) > lateMs + noiseMs && !isInVain; left -= 1)
      reading = [...reading, ...(await look())];
    return reading;
  }

  #names(fault: Fault, node: string): readonly string[] {
    return isDnsFault(fault) ? tellingNames(fault, node, this.#victims) : [];
  }

  #whose({ addresses }: NameAnswer): readonly string[] {
    return addresses.map((address) => {
      const [own] = this.#victims;
      const node = this.#victims.find((one) => one.address === address)?.node;
      if (node !== undefined || own === undefined) return node ?? 'elsewhere';
      const isInside = overlaps(`${address}/32`, `${own.address}/${subnetPrefix}`);
      return isInside ? 'unused' : 'elsewhere';
    });
  }
}
