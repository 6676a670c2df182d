import type { Cluster } from './cluster.ts';
import type { Report } from './semantics.ts';

const rangeKey = /^net[./]ipv4[./]ip_local_port_range$/;
/** From here on the probes of a dependency over TCP come (images/dependency/tcp.py): Linux gives nobody else a port beyond 60999. */
const firstProbePort = 61_000;

/** A dependency would take a node's own connections from such a port for probes of ours, and count each port's as another client. */
export function portRangeProblems({ dependencies, roles }: Cluster, report: Report): void {
  if (!Object.values(dependencies).some(({ protocol }) => protocol === 'tcp')) return;
  for (const [name, { sysctls }] of Object.entries(roles))
    for (const [key, value] of Object.entries(sysctls)) {
      const last = Number(value.trim().split(/\s+/).at(-1));
      if (rangeKey.test(key) && last >= firstProbePort)
        report(
          ['roles', name, 'sysctls', key],
          'port-range',
          `${key} lets nodes of "${name}" connect from port ${last}: dependencies over TCP know our probes by ports from ${firstProbePort} on`,
          `end the range at ${firstProbePort - 1} or before`,
        );
    }
}
