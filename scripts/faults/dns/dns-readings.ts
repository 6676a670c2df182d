import type { NodeAccess } from '../../nodes/node.ts';

/** What a node was answered that asked for a name. */
export interface NameAnswer {
  readonly name: string;
  readonly over: 'udp' | 'tcp';
  readonly ms: number;
  /** As RFC 1035 numbers them (0: no error, 2: server failure, 3: no such name); -1: nothing came; -2: the question was refused. */
  readonly rcode: number;
  /** Ascending. */
  readonly addresses: readonly string[];
}

export interface NameQuestion {
  readonly names: readonly string[];
  /** Over UDP; one more goes over TCP. */
  readonly perName: number;
  readonly patienceMs: number;
}

/** Asks from within the node's network, by its own /etc/resolv.conf (images/toolbox/dnsprobe.c). */
export async function askNames(
  sideCar: NodeAccess,
  { names, perName, patienceMs }: NameQuestion,
  signal: AbortSignal,
): Promise<readonly NameAnswer[]> {
  if (names.length === 0) return [];
  const argv = ['dnsprobe', String(patienceMs), String(perName), ...names];
  const { exitCode, stdout, stderr } = await sideCar.exec(argv, { timeoutMs: 10_000 + patienceMs, signal });
  if (exitCode !== 0)
    throw new Error(`${sideCar.name}: ${names.join(', ')} could not be asked for: ${stderr.trim()}`);
  return nameAnswers(stdout);
}

/** Pure: of what dnsprobe prints. */
export function nameAnswers(text: string): readonly NameAnswer[] {
  return text.split('\n').flatMap((line): readonly NameAnswer[] => {
    const [name = '', over, ms, rcode, addresses = '-'] = line.split(' ');
    if (over !== 'udp' && over !== 'tcp') return [];
    const found = addresses === '-' ? [] : addresses.split(',');
    return [{ name, over, ms: Number(ms), rcode: Number(rcode), addresses: found }];
  });
}
