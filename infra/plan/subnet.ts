import { addressNumber, addressText, subnetPrefix } from '../spec/pool.ts';

/** A network that is in use already: a route of the host, or a network of the engine. */
export interface TakenNetwork {
  /** CIDR. */
  readonly cidr: string;
  /** For the message: "route via eth0", "docker network x". */
  readonly holder: string;
}

export interface Subnet {
  readonly ipv4: string;
  readonly gateway4: string;
}

/**
 * The first subnet of the pool that overlaps nothing taken, starting at `from` slots (so that two runs which look at the
 * same moment seldom ask for the same); slots are counted from the pool's start. null: none is free; `blocking` says who
 * holds the pool.
 */
export function chooseSubnet(
  pool: string,
  taken: readonly TakenNetwork[],
  from: number,
): Subnet | { readonly blocking: readonly TakenNetwork[] } {
  const [network = '', bits = ''] = pool.split('/');
  const slots = 2 ** (subnetPrefix - Number(bits));
  const base = addressNumber(network);
  const inTheWay = taken.filter((one) => overlaps(pool, one.cidr));
  for (let step = 0; step < slots; step += 1) {
    const start = base + ((from + step) % slots) * 256;
    const cidr = `${addressText(start)}/${subnetPrefix}`;
    if (inTheWay.every((one) => !overlaps(cidr, one.cidr)))
      return { ipv4: cidr, gateway4: addressText(start + 1) };
  }
  return { blocking: inTheWay };
}

export function addressIn(subnet: string, host: number): string {
  return addressText(addressNumber(subnet.split('/')[0] ?? '') + host);
}

/** One of the network of `address` that no node has: they are below it (hostsInSubnet). */
export function unusedBeside(address: string): string {
  const start = addressNumber(address) & ~0xff;
  return addressText((start >>> 0) + 254);
}

/** Whether two IPv4 networks share an address; IPv6 ones share none with ours. */
export function overlaps(a: string, b: string): boolean {
  const [first, second] = [range(a), range(b)];
  return first !== null && second !== null && first.low <= second.high && second.low <= first.high;
}

function range(cidr: string): { readonly low: number; readonly high: number } | null {
  const [network = '', bits = '32'] = cidr.split('/');
  if (!/^\d+(\.\d+){3}$/.test(network)) return null;
  const size = 2 ** (32 - Number(bits));
  const low = Math.floor(addressNumber(network) / size) * size;
  return { low, high: low + size - 1 };
}
