import { readFileSync } from 'node:fs';
import type { TakenNetwork } from './subnet.ts';

/** IPv4 routes of this machine from /proc/net/route, without the default one; empty where there is no such file. */
export function hostRoutes(): readonly TakenNetwork[] {
  try {
    return parseRoutes(readFileSync('/proc/net/route', 'utf8'));
  } catch {
    return []; // macOS: the engine's own networks are what can be in the way there
  }
}

/** Columns: Iface, Destination, Gateway, Flags, …, Mask at index 7; addresses are hex, least significant byte first. */
export function parseRoutes(text: string): readonly TakenNetwork[] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter(([, destination]) => destination !== '00000000')
    .map(([device = '', destination = '', , , , , , mask = '']) => ({
      cidr: `${dotted(destination)}/${bitsOf(mask)}`,
      holder: `a route of this host via ${device}`,
    }));
}

function dotted(hex: string): string {
  return (hex.match(/../g) ?? [])
    .reverse()
    .map((byte) => parseInt(byte, 16))
    .join('.');
}

function bitsOf(hex: string): number {
  return parseInt(hex, 16).toString(2).replaceAll('0', '').length;
}
