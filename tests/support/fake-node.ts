import { execa } from 'execa';
import { constants } from 'node:os';
import type { NodeAccess } from '../../scripts/nodes/node.ts';

/** A node of which only what is given may be asked. */
export function fakeNode(parts: Partial<NodeAccess>): NodeAccess {
  const nobody = (): Promise<never> => Promise.reject(new Error('not asked for here'));
  return {
    name: 'node-1',
    exec: nobody,
    start: nobody,
    copyOut: nobody,
    logs: nobody,
    state: nobody,
    ...parts,
  };
}

/** This machine in the place of a node: what is run in a node is run here. */
export const thisMachine = fakeNode({
  name: 'this-machine',
  exec: async ([command = '', ...argv], { timeoutMs, signal } = {}) => {
    const { exitCode, stdout, stderr } = await execa(command, argv, {
      reject: false,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
    return { exitCode: exitCode ?? -1, stdout, stderr };
  },
  start: async ([command = '', ...argv], { environment: env = {} } = {}) => {
    const child = execa(command, argv, { reject: false, stdin: 'pipe', buffer: false, env });
    const { stdin, stdout, stderr } = child;
    // A signal as the engine tells it.
    const exited = child.then(
      ({ exitCode, signal }) => exitCode ?? 128 + constants.signals[signal ?? 'SIGHUP'],
    );
    return Promise.resolve({ stdin, stdout, stderr, exited, close: () => stdin.end() });
  },
});
