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

/** /24 holds 11..250, which is more nodes than a role may have; slots are counted from the pool's start. */
const prefix = 24;

/**
 * The first /24 of the pool that overlaps nothing taken, starting at `from` slots (so that two runs which look at the
 * same moment seldom ask for the same). null: none is free; `blocking` says who holds the pool.
 */
export function chooseSubnet(
  pool: string,
  taken: readonly TakenNetwork[],
  from: number,
): Subnet | { readonly blocking: readonly TakenNetwork[] } {
  const [network = '', bits = ''] = pool.split('/');
  const slots = 2 ** Math.max(0, prefix - Number(bits));
  const base = toNumber(network);
  for (let step = 0; step < slots; step += 1) {
    const start = base + ((from + step) % slots) * 256;
    const cidr = `${toAddress(start)}/${prefix}`;
    if (taken.every((one) => !overlaps(cidr, one.cidr)))
      return { ipv4: cidr, gateway4: toAddress(start + 1) };
  }
  return { blocking: taken.filter((one) => overlaps(pool, one.cidr)) };
}

export function addressIn(subnet: string, host: number): string {
  return toAddress(toNumber(subnet.split('/')[0] ?? '') + host);
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
  const low = Math.floor(toNumber(network) / size) * size;
  return { low, high: low + size - 1 };
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
