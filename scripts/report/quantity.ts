import type { Receipt } from '../verdict/receipt.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** A value of a receipt with its unit. -1 is how a receipt writes that nothing could be measured. */
export function quantity(value: number, unit: Receipt['unit']): string {
  if (value === -1 && unit !== 'bool') return 'not measured';
  switch (unit) {
    case 'ms':
      // A clock may be off by days; what packets take stays in milliseconds.
      if (Math.abs(value) >= 60_000) return `${(value / 1000).toFixed(1)} s`;
      return `${Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
    case 'ratio':
      return `${(value * 100).toFixed(2)} %`;
    case 'bit/s':
      return bitRate(value);
    case 'byte':
      return exactBytes(value);
    case 'inode':
      return `${thousands(value)} ${value === 1 ? 'inode' : 'inodes'}`;
    case 'process':
      return `${thousands(value)} ${value === 1 ? 'process' : 'processes'}`;
    case 'file':
      return `${thousands(value)} ${value === 1 ? 'file' : 'files'}`;
    case 'call':
      return value === 0 ? 'at no call' : `at call ${thousands(value)}`;
    case 'bool':
      return value === 1 ? 'yes' : 'no';
  }
}

/** The same for what somebody wrote down: without decimals that nobody asked for. */
export function round(value: number, unit: Receipt['unit']): string {
  return quantity(value, unit).replace(/\.?0+(?= (ms|s|%|[kMG]?bit\/s)$)/, '');
}

/** A moment of the run, or a short time: always seconds, so that two of them compare at a glance. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(Math.abs(ms) < 10_000 ? 2 : 1)} s`;
}

/** How long something took. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min ${whole % 60} s`;
}

/** The size of a file, rounded. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `1 test`, `2 tests`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : many}`;
}

/** Bytes are exact: a receipt of a full disk is about single blocks. */
function exactBytes(value: number): string {
  if (value !== 0 && value % MiB === 0) return `${thousands(value / MiB)} MiB`;
  if (value !== 0 && value % KiB === 0) return `${thousands(value / KiB)} KiB`;
  return `${thousands(value)} B`;
}

function bitRate(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} Gbit/s`;
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)} Mbit/s` : `${(value / 1e3).toFixed(1)} kbit/s`;
}

/** Not toLocaleString: a page has the same bytes on every machine. */
export function thousands(value: number): string {
  return String(value).replaceAll(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',');
}
