import type { FaultKind } from '../../infra/spec/fault.ts';

interface Words {
  /** What was to be. */
  readonly asked: string;
  readonly seen: string;
  readonly not: string;
}

/** Of a receipt that is yes or no, what that is called. */
const words: Partial<Record<FaultKind, Words>> = {
  'network.partition': { asked: 'nothing arrives', seen: 'nothing arrived', not: 'something arrived' },
  'disk.readonly': {
    asked: 'no write goes through',
    seen: 'no write went through',
    not: 'a write went through',
  },
  'process.kill': { asked: 'its process ends', seen: 'it ended', not: 'it ran on' },
  'process.crash-loop': {
    asked: 'what it starts is ended',
    seen: 'all of it was ended',
    not: 'some of it lived',
  },
  'process.pause': { asked: 'it stands still', seen: 'it stood still', not: 'it did not stand still' },
  'process.oom': {
    asked: 'the kernel ends it',
    seen: 'the kernel ended it',
    not: 'the kernel did not end it',
  },
  'process.restart': {
    asked: 'it is down, and begins with the others',
    seen: 'it was down, and began with the others',
    not: 'it was not down, or began by itself',
  },
  'node.pause': { asked: 'it stands still', seen: 'it stood still', not: 'it did not stand still' },
  'node.kill': { asked: 'it is down', seen: 'it was down', not: 'it was not down' },
  'node.reboot': { asked: 'it is down', seen: 'it was down', not: 'it was not down' },
  'node.replace': { asked: 'it is down', seen: 'it was down', not: 'it was not down' },
  'eviction.notice': { asked: 'there is a notice', seen: 'there was one', not: 'there was none' },
  'eviction.spot': {
    asked: 'notice, signal and end',
    seen: 'notice, signal and end came',
    not: 'not all of it came',
  },
};

/** Of all other kinds. */
const plain: Words = { asked: 'yes', seen: 'yes', not: 'no' };

export function yesOrNo(kind: string): Words {
  const [, found] = Object.entries(words).find(([one]) => one === kind) ?? [];
  return found ?? plain;
}
