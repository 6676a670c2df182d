import { expect, test } from '@jest/globals';
import { requestsIn } from '../../../../scripts/evidence/request-log.ts';

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
