import { expect, test } from '@jest/globals';
import { unitStates, withState } from '../../../../scripts/evidence/unit-states.ts';

/** As systemd 252 answered. */
const answer = `ExecMainStartTimestamp=Wed 2026-11-25 00:57:01.893070 UTC
ExecMainExitTimestamp=
ExecMainPID=38
ExecMainCode=0
ExecMainStatus=0
Id=redis-server.service
InvocationID=9a62b6693c7443dfabffbb06dc8fb2d2

ExecMainStartTimestamp=Wed 2026-11-25 00:57:01.897803 UTC
ExecMainExitTimestamp=Wed 2026-11-25 00:57:02.329340 UTC
ExecMainPID=43
ExecMainCode=1
ExecMainStatus=1
Id=boom.service
InvocationID=9fb31b96cc234636ade366a443e100df

ExecMainPID=0
ExecMainCode=0
ExecMainStatus=0
Id=never.service
InvocationID=
`;
const [running, fallen, ...others] = unitStates(answer);

test('units that were never started are left out', () => {
  expect(others).toEqual([]);
});

test('one that runs has no end yet', () => {
  if (running === undefined) throw new Error('no state was read');
  expect(withState(undefined, 'n', running)).toMatchObject({
    id: 'n/redis-server.service/9a62b6693c7443dfabffbb06dc8fb2d2',
    pid: 38,
    start: '2026-11-25T00:57:01.893Z',
    exit: null,
    code: null,
  });
});

test('one that ended has its time and code, or the name of its signal', () => {
  if (fallen === undefined) throw new Error('no state was read');
  expect(withState(undefined, 'n', fallen)).toMatchObject({
    exit: '2026-11-25T00:57:02.329Z',
    code: 1,
    signal: null,
    sources: { code: 'systemctl show: ExecMainStatus' },
  });
  expect(withState(undefined, 'n', { ...fallen, how: 'killed', status: 15 })).toMatchObject({
    code: null,
    signal: 'SIGTERM',
  });
});

test('an answer that is none says nothing', () => {
  expect(unitStates('Failed to parse timestamp style\n')).toEqual([]);
});
