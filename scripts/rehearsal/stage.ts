import type Docker from 'dockerode';
import type { HostMechanism } from '../../infra/components/docker/host.ts';
import type { Abilities } from '../faults/side-car/abilities.ts';
import type { FaultStage } from '../faults/session.ts';
import type { Progress } from '../progress.ts';
import type { Interrupts } from '../teardown/interrupt.ts';

/** What a rehearsal stands on: this machine, its engine, and the person in front of it. */
export interface Stage {
  readonly engine: Docker;
  readonly host: HostMechanism;
  /** Image of the fault side-car. */
  readonly toolbox: string;
  /** What this host's kernel offers to faults. */
  readonly abilities: Abilities;
  readonly progress: Progress;
  readonly interrupts: Interrupts;
  readonly faultDriver: FaultStage['driver'];
}
