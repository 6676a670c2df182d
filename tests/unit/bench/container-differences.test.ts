import { expect, test } from '@jest/globals';
import { differences, flattened } from '../../bench/container-differences.ts';

const id = 'abcdef0123456789';

test('containers that are the same but for names, addresses and empty words do not differ', () => {
  const ours = inspected({ Memory: 64, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } }, '198.18.1.11');
  const theirs = inspected({ Memory: 64, RestartPolicy: { Name: '', MaximumRetryCount: 0 } }, '198.18.9.11');
  expect(differences(flattened(theirs, id), flattened(ours, id))).toEqual([]);
});

test('another limit, a missing one and another network are named with both values', () => {
  const ours = inspected({ Memory: 64, Dns: ['127.0.0.1'] }, '198.18.1.11');
  const theirs = {
    ...inspected({ Memory: 128 }, ''),
    NetworkSettings: { Networks: { bridge: {}, 'us-<run>': { Aliases: ['node-1', id.slice(0, 12)] } } },
  };
  expect(differences(flattened(theirs, id), flattened(ours, id))).toEqual([
    'Memory: 128, ours 64',
    'Networks: ["bridge","own"], ours ["own"]',
    'Dns: none, ours ["127.0.0.1"]',
    'static address: none, ours true',
  ]);
});

function inspected(hostConfig: Readonly<Record<string, unknown>>, address: string) {
  return {
    Config: { Hostname: 'node-1', Labels: { a: address } },
    HostConfig: { NetworkMode: address, ...hostConfig },
    NetworkSettings: {
      Networks: {
        'us-<run>': {
          IPAMConfig: address === '' ? null : { IPv4Address: address },
          Aliases: ['node-1', id.slice(0, 12)],
        },
      },
    },
  };
}
