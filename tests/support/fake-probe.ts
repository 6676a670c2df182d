import { PassThrough } from 'node:stream';
import type { ProbePoint } from '../../scripts/faults/links/link-probes.ts';
import type { NodeProcess } from '../../scripts/nodes/node.ts';
import { fakeNode } from './fake-node.ts';

/** How late a probe of a fake side-car may come: nothing is under way there. */
export const atOnceMs = 0;

export interface ProbeBehaviour {
  /** bit/s that its nth listener finds in the middle of what it hears; 0 where nothing came in it. */
  readonly rate?: (listener: number) => number;
  /** How many probes its nth listener hears. */
  readonly received?: (listener: number) => number;
  /** How late the probes come that its nth listener hears. */
  readonly delayUs?: (listener: number) => number;
  readonly send?: (argv: readonly string[]) => Promise<{ exitCode: number; stdout: string; stderr: string }>;
}

/** A side-car whose listeners hear a few probes of the other point, or as many as are given, and end when their input does. */
export class FakeProbe {
  open = 0;
  started = 0;
  readonly point: ProbePoint;

  constructor(
    node: string,
    address: string,
    from: string,
    {
      rate = () => 0,
      received = () => 9,
      delayUs = () => 150,
      send = () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '' }),
    }: ProbeBehaviour = {},
  ) {
    const start = (): Promise<NodeProcess> => {
      this.open += 1;
      const nth = (this.started += 1);
      const bitsPerSecond = rate(nth);
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      const exited = new Promise<number>((resolve) => {
        const end = (): void => {
          if (stdout.writableEnded) return;
          this.open -= 1;
          const middle = { middleBytes: bitsPerSecond / 8, middleUs: 1e6 };
          const line = {
            from,
            received: received(nth),
            copies: 0,
            overtaken: 0,
            corrupted: 0,
            lossRuns: 0,
            lostInRuns: 0,
            ...middle,
            delaysUs: [delayUs(nth)],
          };
          stdout.end(`${JSON.stringify(line)}\n`);
          resolve(0);
        };
        stdin.resume().once('end', end).once('close', end);
      });
      stdout.write('listening\n');
      return Promise.resolve({
        stdin,
        stdout,
        stderr: new PassThrough(),
        exited,
        close: () => stdin.destroy(),
      });
    };
    this.point = { node, address, sideCar: fakeNode({ name: node, start, exec: send }) };
  }
}
