import { z } from 'zod';
import { eventWords, FaultEvent } from '../../infra/spec/faults/event.ts';
import { BoundLimit, type RunEvent } from './event.ts';

/** What was planned of one fault: times in ms after the first suite began; null is before it or after the last. */
export const PlannedFault = z.object({
  id: z.string(),
  profile: z.string(),
  fault: z.looseObject({ kind: z.string() }),
  targets: z.array(z.string()),
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  after: z.looseObject({ event: FaultEvent }).optional(),
});
export type PlannedFault = z.infer<typeof PlannedFault>;

/** One entry of schedule.json: a fault as it was planned, and when it came and went. */
export const ScheduleEntry = z.strictObject({
  id: z.string(),
  profile: z.string(),
  kind: z.string(),
  targets: z.array(z.string()),
  planned: z.strictObject({ startMs: z.number().nullable(), endMs: z.number().nullable() }),
  /** What it waits for, and when, where and by which line that came; `atMs` is null where it never did. Absent: it waits for none. */
  event: z
    .strictObject({
      ...{ waitsFor: z.string(), atMs: z.number().nullable(), node: z.string().nullable(), line: z.string() },
    })
    .optional(),
  /** Where it goes by the control: what each node held at most in that, and is left. Absent: it goes by none. */
  memory: z.array(BoundLimit).optional(),
  /** On the same clock; before the first suite they are negative. null: it never came, or never went. */
  realised: z.strictObject({
    injectedAtMs: z.number().nullable(),
    injectTookMs: z.number().nullable(),
    healedAtMs: z.number().nullable(),
    healTookMs: z.number().nullable(),
  }),
});
export type ScheduleEntry = z.infer<typeof ScheduleEntry>;

/** Pure: the realised schedule, from the events of the run. An event is written when its work is done. */
export function scheduleEntries(
  planned: readonly PlannedFault[],
  events: readonly RunEvent[],
): readonly ScheduleEntry[] {
  const zero = events.find(({ type }) => type === 'suite.start')?.ms ?? null;
  const when = (event: { readonly ms: number; readonly tookMs: number } | undefined): number | null =>
    event === undefined || zero === null ? null : event.ms - event.tookMs - zero;
  return planned.map(({ id, profile, fault, targets, startMs, endMs, after }) => {
    const injected = events.find((one) => one.type === 'fault.inject' && one.fault === id);
    const healed = events.findLast((one) => one.type === 'fault.heal' && one.fault === id);
    const inject = injected?.type === 'fault.inject' ? injected : undefined;
    const heal = healed?.type === 'fault.heal' ? healed : undefined;
    const came = events.find((one) => one.type === 'fault.event' && one.fault === id);
    const seen = came?.type === 'fault.event' ? came : undefined;
    const bound = events.find((one) => one.type === 'fault.bound' && one.fault === id);
    return {
      id,
      profile,
      kind: fault.kind,
      targets,
      planned: { startMs, endMs },
      ...(after === undefined
        ? {}
        : {
            event: {
              waitsFor: eventWords(after.event),
              atMs: seen === undefined || zero === null ? null : seen.ms - zero,
              node: seen?.node ?? null,
              line: seen?.line ?? '',
            },
          }),
      ...(bound?.type === 'fault.bound' ? { memory: bound.limits } : {}),
      realised: {
        injectedAtMs: when(inject),
        injectTookMs: inject?.tookMs ?? null,
        healedAtMs: when(heal),
        healTookMs: heal?.tookMs ?? null,
      },
    };
  });
}
