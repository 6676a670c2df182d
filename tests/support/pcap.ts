/** A packet of a capture, as far as tests look into one. */
export interface Packet {
  readonly bytes: Buffer;
  readonly tcpPorts: readonly number[] | null;
  readonly udpPorts: readonly number[] | null;
}

const [headerBytes, recordBytes, ethernetBytes] = [24, 16, 14];

/** All packets of a file in pcap's own form (draft-ietf-opsawg-pcap), of Ethernet; throws where one is not whole. */
export function packetsIn(file: Buffer): readonly Packet[] {
  if (file.readUInt32LE(0) !== 0xa1b2c3d4) throw new Error('this is no capture');
  const found: Packet[] = [];
  for (let at = headerBytes; at < file.length;) {
    const length = file.readUInt32LE(at + 8);
    const bytes = file.subarray(at + recordBytes, at + recordBytes + length);
    if (bytes.length !== length) throw new Error(`packet ${found.length} is cut off`);
    found.push({ bytes, tcpPorts: portsOf(bytes, 6), udpPorts: portsOf(bytes, 17) });
    at += recordBytes + length;
  }
  return found;
}

/** Of IPv4 without fragments. */
function portsOf(bytes: Buffer, protocol: number): readonly number[] | null {
  if (bytes.length < ethernetBytes + 20 || bytes.readUInt16BE(12) !== 0x0800) return null;
  if (bytes.readUInt8(ethernetBytes + 9) !== protocol) return null;
  const at = ethernetBytes + (bytes.readUInt8(ethernetBytes) & 15) * 4;
  return bytes.length < at + 4 ? null : [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
}
