/** What a run sends over a link at most to see bursts (scripts/faults/network/probing.ts), with a third to spare. */
export const mostBurstProbes = 50_000;

/**
 * Probes that tell a ratio to within half of itself, at the confidence of a receipt (contracts: Receipts), where losses come in
 * bursts: as many as of losses that come alone, 4 z² (1 - L) / L, times what one probe says of the next (`varianceFactor`). With
 * bursts of B packets on average, losses begin at B (1 - L) / L on average after the last ended, so that factor is 2 B (1 - L) - 1.
 */
export function probesForBursts(lossRatio: number, burstPackets: number): number {
  const alone = (4 * 23.93 * (1 - lossRatio)) / lossRatio;
  return Math.ceil(alone * Math.max(1, 2 * burstPackets * (1 - lossRatio) - 1));
}
