import { expect, test } from '@jest/globals';
import { captureArguments, countsSaid } from '../../../../scripts/evidence/traffic-capture.ts';
import { allButProbes } from '../../../../scripts/faults/links/link-probes.ts';
import { trafficPart } from '../../../../scripts/report/traffic-part.ts';

test('a capture is bounded, needs no more than a raw socket, and leaves our probes out', () => {
  expect(captureArguments(allButProbes).join(' ')).toBe(
    'tcpdump -i eth0 --no-promiscuous-mode -n -Z root --immediate-mode --packet-buffered -s 2048 -C 64 -z captureend -w /traffic.pcap not udp portrange 27011-28010',
  );
});

test('what tcpdump says at its end is told, and where it says nothing nothing is made up', () => {
  const said =
    'tcpdump: listening on eth0\n340 packets captured\n351 packets received by filter\n2 packets dropped by kernel\n';
  expect(countsSaid(said)).toEqual({ packets: 340, dropped: 2 });
  expect(countsSaid('1 packet captured\n')).toEqual({ packets: 1, dropped: null });
  expect(countsSaid('')).toEqual({ packets: null, dropped: null });
});

test('the page names each file, what is missing of it, and that nothing in it is redacted', () => {
  const one = {
    node: 'a',
    file: 'pcap/a.pcap',
    bytes: 1200,
    packets: 9,
    dropped: 0,
    isCutOff: false,
    filter: 'not udp',
    absent: '',
  };
  const page = trafficPart([
    one,
    { ...one, node: 'b', file: 'pcap/b.pcap', dropped: 3, isCutOff: true },
    { ...one, node: 'c', file: null, absent: 'tcpdump ended: no such device' },
  ])?.text;
  expect(page).toContain('nothing in these files is redacted');
  expect(page).toContain('1.2 kB, 9 packets<');
  expect(page).toContain('3 came too fast and are missing, cut off: the file was full');
  expect(page).toContain('c: tcpdump ended: no such device');
  expect(trafficPart([])).toBeNull();
});
