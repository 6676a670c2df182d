import { expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { InterruptedError } from '../../../../infra/errors.ts';
import { listenForInterrupts } from '../../../../scripts/teardown/interrupt.ts';

test('the first signal stops the run and says which it was', () => {
  const source = new EventEmitter();
  using interrupts = listenForInterrupts({ source });
  source.emit('SIGTERM', 'SIGTERM');
  expect(interrupts.signal.reason).toBeInstanceOf(InterruptedError);
  expect(String(interrupts.signal.reason)).toContain('SIGTERM');
  expect(interrupts.skipCollecting.aborted).toBe(false);
});

test('the second skips collecting, and the third changes nothing', () => {
  const source = new EventEmitter();
  const counts: number[] = [];
  using interrupts = listenForInterrupts({ source, onSignal: (_, count) => void counts.push(count) });
  source.emit('SIGINT', 'SIGINT');
  source.emit('SIGINT', 'SIGINT');
  expect(interrupts.skipCollecting.aborted).toBe(true);
  source.emit('SIGHUP', 'SIGHUP');
  expect(counts).toEqual([1, 2, 3]);
});

test('after disposal signals are Node’s own again', () => {
  const source = new EventEmitter();
  listenForInterrupts({ source })[Symbol.dispose]();
  expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => source.listenerCount(signal))).toEqual([0, 0, 0]);
});
