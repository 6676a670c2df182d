import { expect, test } from '@jest/globals';
import { figuresOf } from '../../../../scripts/nodes/container-state.ts';

const at = (lines: Readonly<Record<string, string>>): string =>
  Object.entries(lines)
    .flatMap(([file, text]) => text.split('\n').map((line) => `/sys/fs/cgroup/${file}:${line}`))
    .join('\n');

test('the counters of cgroup v1', () => {
  const counted = at({
    'memory/memory.limit_in_bytes': '67108864',
    'memory/memory.usage_in_bytes': '847872',
    'memory/memory.max_usage_in_bytes': '3825664',
    'memory/memory.failcnt': '12',
    'memory/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 3',
    'cpuacct/cpuacct.usage': '431998403',
    'cpu/cpu.stat': 'nr_periods 23\nnr_throttled 21\nthrottled_time 1258617945',
    'pids/pids.current': '4',
  });
  expect(figuresOf(counted)).toEqual({
    memory: { limitBytes: 67108864, usedBytes: 847872, peakBytes: 3825664, limitHits: 12, oomKills: 3 },
    cpu: { usedMs: 431.998403, periods: 23, throttledPeriods: 21, throttledMs: 1258.617945 },
    processes: 4,
  });
});

test('the counters of cgroup v2, where no limit is a word and not a number', () => {
  const counted = at({
    'memory.max': 'max',
    'memory.current': '847872',
    'memory.peak': '3825664',
    'memory.events': 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 3',
    'cpu.stat': 'usage_usec 431998\nuser_usec 1\nnr_periods 23\nnr_throttled 21\nthrottled_usec 1258617',
    'pids.current': '4',
  });
  expect(figuresOf(counted)).toEqual({
    memory: { limitBytes: null, usedBytes: 847872, peakBytes: 3825664, limitHits: 12, oomKills: 3 },
    cpu: { usedMs: 431.998, periods: 23, throttledPeriods: 21, throttledMs: 1258.617 },
    processes: 4,
  });
});

test('what could not be read is null, never zero', () => {
  expect(figuresOf('')).toMatchObject({ memory: { oomKills: null }, cpu: { usedMs: null }, processes: null });
});
