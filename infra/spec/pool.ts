/** A cluster takes one network of this prefix out of its pool. */
export const subnetPrefix = 24;
/** Offset of the first node's address; below it are the network, its gateway and room for side networks. */
export const firstHost = 11;
/** Nodes that one such network holds: offsets 11 to 250. */
export const hostsInSubnet = 240;

/** Why a network cannot be a pool; null where it can. `pool` is CIDR already. */
export function poolProblem(pool: string): { readonly message: string; readonly hint: string } | null {
  const [network = '', bits = ''] = pool.split('/');
  const prefix = Number(bits);
  if (prefix < 8 || prefix > subnetPrefix)
    return {
      message: `a /${bits} is no pool`,
      hint: `/8 to /${subnetPrefix}: each cluster takes a /${subnetPrefix} out of it`,
    };
  const size = 2 ** (32 - prefix);
  const address = addressNumber(network);
  if (address % size === 0) return null;
  const start = address - (address % size);
  return {
    message: `${network} does not begin a /${bits}`,
    hint: `write ${addressText(start)}/${bits}`,
  };
}

export function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
