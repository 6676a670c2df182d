import type Docker from 'dockerode';
import type { TakenNetwork } from '../../plan/subnet.ts';

/** Subnets of the engine's networks: a new cluster must not overlap any. */
export async function engineNetworks(engine: Docker): Promise<readonly TakenNetwork[]> {
  const networks = await engine.listNetworks();
  return networks.flatMap(({ Name, IPAM }) =>
    (IPAM?.Config ?? []).flatMap(({ Subnet }) =>
      Subnet === undefined ? [] : [{ cidr: Subnet, holder: `docker network ${Name}` }],
    ),
  );
}
