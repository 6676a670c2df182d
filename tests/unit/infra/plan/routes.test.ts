import { expect, test } from '@jest/globals';
import { hostRoutes, parseRoutes } from '../../../../infra/plan/routes.ts';

test('routes are read from the kernel’s own list, without the default one', () => {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  const lines = [
    'eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'eth0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0',
    'tun0\t000012C6\t00000000\t0001\t0\t0\t0\t0000FEFF\t0\t0\t0',
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    'wg0\t0505A8C0\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0',
  ];
  expect(parseRoutes(head + lines.join('\n') + '\n')).toEqual([
    { cidr: '10.0.0.0/8', holder: 'a route of this host via eth0' },
    { cidr: '198.18.0.0/15', holder: 'a route of this host via tun0' },
    { cidr: '172.17.0.0/16', holder: 'a route of this host via docker0' },
    { cidr: '192.168.5.5/32', holder: 'a route of this host via wg0' },
  ]);
});

test('this machine’s own routes can be read', () => {
  for (const { cidr } of hostRoutes()) expect(cidr).toMatch(/^\d+\.\d+\.\d+\.\d+\/\d+$/);
});
