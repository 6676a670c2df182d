import { expect, test } from '@jest/globals';
import { connectionsIn, requestsIn } from '../../../../scripts/evidence/request-log.ts';

const request = {
  at: '2026-11-25T13:47:20.054+00:00',
  route: 'GET /rates',
  method: 'GET',
  path: '/rates',
  status: 503,
  faults: ['slow', 'error'],
  client: '198.18.0.11',
  agent: 'shop/1.0',
};

test('what a dependency was asked is told from what else it said', () => {
  const stamp = '2026-11-25T13:47:20.055123456Z';
  const log = [
    `${stamp} Traceback (most recent call last):`,
    `${stamp} ${JSON.stringify(request)}`,
    `${stamp} {"status": 200}`,
    `${stamp} ${JSON.stringify({ ...request, route: null, status: 404, faults: [] })}`,
    `${stamp} ${JSON.stringify(request).slice(0, 40)}`,
    '',
  ].join('\n');
  expect(requestsIn(log)).toEqual([request, { ...request, route: null, status: 404, faults: [] }]);
});

test('of each connection that is kept which was said of it last, in the order in which they came', () => {
  const first = {
    ...{ at: '2026-11-25T13:47:20.054+00:00', route: 'tcp 6379', connection: 1, client: '198.18.0.11' },
    ...{ ours: false, faults: [], askedBytes: 0, answeredBytes: 0, end: null },
  };
  const second = { ...first, at: '2026-11-25T13:47:21.000+00:00', connection: 2, ours: true };
  // Its node started anew.
  const again = { ...first, at: '2026-11-25T13:48:00.000+00:00', end: 'reset' };
  const last = { ...first, faults: ['slow'], askedBytes: 14, answeredBytes: 7, end: 'closed' };
  const log = [first, second, last, again].map((one) => `2026-11-25T13:47:22.0Z ${JSON.stringify(one)}`);
  expect(connectionsIn(['nonsense', ...log, ''].join('\n'))).toEqual([last, second, again]);
});
