import { z } from 'zod';

/**
 * One entry of pcap.json: what was captured of one start of a node, `pcap/<node>.pcap`. Packets are as they were: nothing in
 * them is redacted.
 */
export const TrafficCapture = z.strictObject({
  node: z.string(),
  /** Relative to the run folder. null: there is none; see `absent`. */
  file: z.string().nullable(),
  bytes: z.number(),
  /** By tcpdump's own count. null: it did not say. */
  packets: z.number().nullable(),
  /** Packets that came faster than they could be written. */
  dropped: z.number().nullable(),
  /** It was full before the end. */
  isCutOff: z.boolean(),
  /** What of it was left out, as a filter of pcap. */
  filter: z.string(),
  absent: z.string(),
});
export type TrafficCapture = z.infer<typeof TrafficCapture>;

export const capturesFile = 'pcap.json';
export const captureMegabytes = 64;
/** Of each packet so much is kept. */
export const snapBytes = 2048;

const captured = '/traffic.pcap';
export const capturedPath = captured;

/** Pure: what arrives at a node and leaves it by its network, but for what `filter` leaves out, until the file is full. */
export function captureArguments(filter: string): readonly string[] {
  return [
    'tcpdump',
    ...['-i', 'eth0', '--no-promiscuous-mode', '-n'],
    // Another account could not write here.
    ...['-Z', 'root'],
    // What came last is in the file, too, also where a killed controller could not end it.
    ...['--immediate-mode', '--packet-buffered'],
    ...['-s', String(snapBytes)],
    ...['-C', String(captureMegabytes), '-z', 'captureend'],
    ...['-w', captured],
    filter,
  ];
}

/** Pure: what tcpdump says at its end. */
export function countsSaid(said: string): Pick<TrafficCapture, 'packets' | 'dropped'> {
  const count = (pattern: RegExp): number | null => {
    const [, digits] = pattern.exec(said) ?? [];
    return digits === undefined ? null : Number(digits);
  };
  return {
    packets: count(/^(\d+) packets? captured/m),
    dropped: count(/^(\d+) packets? dropped by kernel/m),
  };
}
