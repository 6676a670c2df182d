import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Duplex, PassThrough } from 'node:stream';
import { messageOf } from '../../infra/errors.ts';
import type { NodeAccess } from '../../scripts/nodes/node.ts';
import { RunnerNode } from '../../scripts/nodes/runner.ts';
import { withDeadline } from '../../scripts/with-deadline.ts';
import { fakeNode } from '../support/fake-node.ts';
import type { CloudKernel } from './cloud-kernel.ts';
import { emulator } from './emulator.ts';

const memoryMiB = 768;
const bootDeadlineMs = 120_000;
const endDeadlineMs = 15_000;
/** init.sh's last word before it waits. */
const up = 'the machine is up';
const keptLines = 10;

/** A network namespace of the machine, with its address in the machine's only network. */
export interface MachineNode {
  readonly name: string;
  readonly address: string;
}

/**
 * A machine in software, of one processor, with a kernel of its own and the side-car's programs. It reaches nothing: beside
 * a console it has a serial port for each node, whose other end is ours. When we are gone, so is it.
 */
export class Machine implements AsyncDisposable {
  /** How long it took until its nodes could be asked. */
  readonly bootMs: number;
  readonly #process: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #sideCars: ReadonlyMap<string, RunnerNode>;

  private constructor(
    running: ChildProcess,
    exited: Promise<number | null>,
    sideCars: ReadonlyMap<string, RunnerNode>,
    bootMs: number,
  ) {
    this.#process = running;
    this.#exited = exited;
    this.#sideCars = sideCars;
    this.bootMs = bootMs;
  }

  /** `files`: the archive that is all of its file systems (machine-files.ts). */
  static async boot(kernel: CloudKernel, files: string, nodes: readonly MachineNode[]): Promise<Machine> {
    const began = performance.now();
    const image = join(kernel.folder, 'boot', `vmlinuz-${kernel.release}`);
    const running = spawn('setpriv', ['--pdeathsig', 'KILL', emulator, ...argvOf(image, files, nodes)], {
      stdio: ['ignore', 'pipe', 'pipe', ...nodes.map(() => 'pipe' as const)],
    });
    const exited = new Promise<number | null>((resolve) => {
      running.once('exit', resolve);
      running.once('error', () => {
        resolve(null);
      });
    });
    const console = new Console(running);
    try {
      const ended = exited.then((code) => {
        throw new Error(`${emulator} ended with ${code ?? 'a signal'}`);
      });
      ended.catch(() => undefined); // as it does in the end, once it has been up
      await withDeadline('the boot of the machine', bootDeadlineMs, Promise.race([console.isUp, ended]));
      const opened = nodes.map(
        async ({ name }, at) => [name, await RunnerNode.open(portOf(name, running.stdio[3 + at]))] as const,
      );
      const sideCars = new Map(await Promise.all(opened));
      return new Machine(running, exited, sideCars, Math.round(performance.now() - began));
    } catch (error) {
      running.kill('SIGKILL');
      await exited;
      throw new Error(`${messageOf(error)}; its console said: ${console.lastLines}`, { cause: error });
    }
  }

  sideCar(name: string): NodeAccess {
    const found = this.#sideCars.get(name);
    if (found === undefined) throw new Error(`the machine has no node ${name}`);
    return found;
  }

  /** Its runners lose their streams, it turns itself off, and where it does not it is ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const sideCar of this.#sideCars.values()) sideCar.close();
    try {
      await withDeadline('the machine', endDeadlineMs, this.#exited);
    } catch {
      this.#process.kill('SIGKILL');
      await this.#exited;
    }
  }
}

/** Without IPv6, as a node's network is: addresses that the kernel makes up after a while would not be as before. */
function argvOf(image: string, files: string, nodes: readonly MachineNode[]): readonly string[] {
  const named = nodes.map(({ name, address }) => `${name}=${address}`).join(',');
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
    ...['-accel', 'tcg', '-cpu', 'max', '-smp', '1', '-m', String(memoryMiB)],
    // Its clock goes on by what it has done, 2 ns an instruction, and with ours while it idles. By ours alone a host that is
    // busy would make packets late, and bursts of them lost, that the machine itself is in time with.
    ...['-icount', 'shift=1'],
    ...[
      '-kernel',
      image,
      '-initrd',
      files,
      '-append',
      `console=ttyS0 panic=-1 quiet ipv6.disable=1 nodes=${named}`,
    ],
    ...['-device', 'virtio-serial-pci'],
    // Behind stdin, stdout and stderr.
    ...nodes.flatMap(({ name }, at) => [
      ...['-chardev', `socket,id=${name},fd=${3 + at}`],
      ...['-device', `virtserialport,chardev=${name},name=${name}`],
    ]),
  ];
}

/** What stands at the other end is the runner of that node, and nothing else is ever started there. */
function portOf(name: string, port: unknown): NodeAccess {
  if (!(port instanceof Duplex)) throw new Error(`the serial port of ${name} is no stream`);
  const exited = new Promise<number>((resolve) => {
    port.once('close', () => {
      resolve(-1);
    });
  });
  port.on('error', () => undefined); // the machine is gone: `exited` says so
  const close = (): void => {
    port.destroy();
  };
  return fakeNode({
    name,
    start: async () =>
      Promise.resolve({ stdin: port, stdout: port, stderr: new PassThrough().end(), exited, close }),
  });
}

/** What the kernel and process 1 say. */
class Console {
  readonly isUp: Promise<void>;
  readonly #lines: string[] = [];

  constructor({ stdout, stderr }: ChildProcess) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.isUp = promise;
    for (const stream of [stdout, stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line.trim());
        if (line.includes(up)) resolve(undefined);
      });
    }
  }

  get lastLines(): string {
    return this.#lines.slice(-keptLines).join(' / ') || 'nothing';
  }
}
