import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { changesBetween, countsOf, KernelCounts } from '../../../../scripts/evidence/kernel-counts.ts';

/** As `grep -sH ''` printed it of a node's side-car, and of a node on cgroup v1 and on v2. */
const network = `/proc/net/snmp:Ip: Forwarding DefaultTTL InReceives InHdrErrors
/proc/net/snmp:Ip: 1 64 1200 0
/proc/net/snmp:Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens CurrEstab RetransSegs
/proc/net/snmp:Tcp: 1 200 120000 -1 7 2 31
/proc/net/netstat:TcpExt: SyncookiesSent TCPTimeouts
/proc/net/netstat:TcpExt: 0 4
/proc/net/dev:Inter-|   Receive                                                |  Transmit
/proc/net/dev: face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
/proc/net/dev:    lo:     120       2    0    0    0     0          0         0      120       2    0    0    0     0       0          0
/proc/net/dev:  eth0: 5203456   61234    0    9    0     0          0         0    77777    1300    0    3    0     0       0          0
/proc/net/softnet_stat:0000ffff 00000002 0000000a 00000000
/proc/net/softnet_stat:0000ffff 00000001 00000001 00000000
/proc/sys/net/netfilter/nf_conntrack_count:5`;
const v1 = `/sys/fs/cgroup/memory/memory.failcnt:12
/sys/fs/cgroup/memory/memory.oom_control:oom_kill_disable 0
/sys/fs/cgroup/memory/memory.oom_control:under_oom 0
/sys/fs/cgroup/memory/memory.oom_control:oom_kill 1
/sys/fs/cgroup/cpu/cpu.stat:nr_periods 90
/sys/fs/cgroup/cpu/cpu.stat:nr_throttled 30
/sys/fs/cgroup/cpu/cpu.stat:throttled_time 1500000000
/sys/fs/cgroup/pids/pids.events:max 3
/sys/fs/cgroup/blkio/blkio.throttle.io_service_bytes:254:0 Read 4096
/sys/fs/cgroup/blkio/blkio.throttle.io_service_bytes:254:0 Total 4096`;
const v2 = `/sys/fs/cgroup/memory.events:low 0
/sys/fs/cgroup/memory.events:max 12
/sys/fs/cgroup/memory.events:oom_kill 1
/sys/fs/cgroup/cpu.stat:usage_usec 99
/sys/fs/cgroup/cpu.stat:nr_throttled 30
/sys/fs/cgroup/cpu.stat:throttled_usec 1500000
/sys/fs/cgroup/pids.events:max 3
/sys/fs/cgroup/io.stat:254:0 rbytes=4096 wbytes=0 rios=1 wios=0`;
const ofGroup = {
  ...{ 'memory.limitHits': 12, 'memory.oomKills': 1, 'cpu.throttledPeriods': 30, 'cpu.throttledMs': 1500 },
  ...{ 'pids.limitHits': 3, 'disk.254:0.readBytes': 4096 },
};

test('counters of a network namespace have their kernel names, and settings are none', () => {
  expect(countsOf(network)).toEqual({
    ...{
      'Ip.InReceives': 1200,
      'Tcp.ActiveOpens': 7,
      'Tcp.CurrEstab': 2,
      'Tcp.RetransSegs': 31,
      'TcpExt.TCPTimeouts': 4,
    },
    ...{ 'lo.rx.bytes': 120, 'lo.rx.packets': 2, 'lo.tx.bytes': 120, 'lo.tx.packets': 2 },
    ...{ 'eth0.rx.bytes': 5203456, 'eth0.rx.packets': 61234, 'eth0.rx.drop': 9 },
    ...{ 'eth0.tx.bytes': 77777, 'eth0.tx.packets': 1300, 'eth0.tx.drop': 3 },
    ...{ 'host.softnet.dropped': 3, 'host.softnet.squeezed': 11, 'conntrack.count': 5 },
  });
});

test('a control group has the same names on cgroup v1 and v2', () => {
  expect(countsOf(v1)).toEqual(ofGroup);
  expect(countsOf(v2)).toEqual(ofGroup);
});

test('of two readings what came in between is told, and what is as it was is not', () => {
  expect(
    changesBetween({ 'Tcp.InSegs': 10, same: 3 }, { 'Tcp.InSegs': 12, same: 3, 'Udp.InErrors': 1 }),
  ).toEqual({
    isAnew: false,
    changes: [
      { name: 'Tcp.InSegs', by: 2 },
      { name: 'Udp.InErrors', by: 1 },
    ],
  });
});

test('what grows and shrinks may be less than it was; a counter that is began anew, with all others', () => {
  expect(changesBetween({ 'Tcp.CurrEstab': 5 }, { 'Tcp.CurrEstab': 2 })).toEqual({
    isAnew: false,
    changes: [{ name: 'Tcp.CurrEstab', by: -3 }],
  });
  expect(
    changesBetween({ 'Tcp.InSegs': 10, 'Tcp.OutSegs': 1 }, { 'Tcp.InSegs': 4, 'Tcp.OutSegs': 3 }),
  ).toEqual({
    isAnew: true,
    changes: [
      { name: 'Tcp.InSegs', by: 4 },
      { name: 'Tcp.OutSegs', by: 3 },
    ],
  });
});

test('no line of any file makes a reading fail, or a line that could not be read again', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(...network.split('\n'), ...v1.split('\n'), ...v2.split('\n')),
    fc
      .tuple(fc.constantFrom('/proc/net/dev:', '/proc/net/snmp:', '/sys/fs/cgroup/io.stat:'), fc.string())
      .map(([path, text]) => path + text),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const written = {
        ...{ at: new Date(0).toISOString(), ms: 0, fault: 'f', node: 'n', isTarget: true },
        ...{ moment: 'begin', counts: countsOf(lines.join('\n')), absent: '' },
      };
      expect(KernelCounts.parse(JSON.parse(JSON.stringify(written)))).toEqual(written);
    }),
  );
});
