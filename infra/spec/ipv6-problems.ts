import type { Cluster } from './cluster.ts';
import type { Report } from './semantics.ts';

/** What turns IPv6 on for a node's own interface; of `default` the engine takes no notice, and what is on lo stays there. */
const interfaceSwitch = /^net[./]ipv6[./]conf[./](?!default[./]|lo[./])[^./]+[./]disable_ipv6$/;

/** Nodes have IPv4 alone, and a fault of links is on IPv4 alone (docs/faults/network.md says why). */
export function ipv6Problems({ ipv6, roles }: Cluster, report: Report): void {
  if (ipv6)
    report(
      ['ipv6'],
      'ipv6',
      'a cluster has IPv4 alone: with IPv6 Docker turns the host into a router, and keeps no node from leaving by it',
      'leave "ipv6" out; docs/faults/network.md says what was tried',
    );
  for (const [name, { sysctls }] of Object.entries(roles))
    for (const [key, value] of Object.entries(sysctls))
      if (interfaceSwitch.test(key) && value.trim() === '0')
        report(
          ['roles', name, 'sysctls', key],
          'ipv6',
          `${key} gives the nodes of "${name}" link-local IPv6 addresses, by which they reach each other through every fault`,
          'leave it out; net.ipv6.conf.lo.disable_ipv6 is enough for software that listens on ::1',
        );
}
