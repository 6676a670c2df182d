import { describe, expect, test } from '@jest/globals';
import { isHealedBy } from '../../../../support/is-healed.ts';
import type { EvictionFault, NoticeFault, SpotFault } from '../../../../../infra/spec/fault.ts';
import {
  evictionMeaning,
  type EvictionReading,
  type Story,
} from '../../../../../scripts/faults/eviction/eviction-meaning.ts';
import type { MetadataReading, Notice } from '../../../../../scripts/faults/metadata/metadata-readings.ts';
import type { Judged } from '../../../../../scripts/faults/watch/judge.ts';
import { notice, recommendation, spot } from '../../../../support/faults.ts';

const { judge, isAsBefore, unread } = evictionMeaning;
const isHealed = isHealedBy(evictionMeaning);
const atMs = Date.parse('2026-01-01T12:00:00.400Z');
const none: Notice = { status: 404, action: '', forMs: null };
const quiet: MetadataReading = {
  ...{ atMs, token: 200, withoutToken: 401, instance: 'i-1' },
  ...{ interruption: none, rebalance: none },
};
const there: EvictionReading = {
  node: { insider: 'answers', start: '100', marks: null },
  metadata: quiet,
  story: null,
};
const announced = (seconds: number, action = 'terminate'): Notice => ({
  ...{ status: 200, action },
  forMs: Math.floor(atMs / 1000) * 1000 + seconds * 1000,
});
const warned = (of: Partial<MetadataReading>): EvictionReading => ({
  ...there,
  metadata: { ...quiet, ...of },
});

describe('a notice', () => {
  const judged = (fault: NoticeFault, during: EvictionReading, before = there): Judged =>
    judge(fault, { baseline: there, before, during, after: there });

  test.each<[string, NoticeFault, EvictionReading]>([
    [
      'an interruption in two minutes, where nothing is said',
      notice,
      warned({ interruption: announced(120) }),
    ],
    [
      'the action and time that were asked',
      { ...notice, action: 'hibernate', inMs: 30_000 },
      warned({ interruption: announced(30, 'hibernate') }),
    ],
    ['a recommendation', recommendation, warned({ rebalance: { ...announced(0), action: '' } })],
  ])('is what was asked: %s', (_what, fault, during) => {
    expect(judged(fault, during)).toMatchObject({
      ok: true,
      measured: { before: 0, during: 1, after: 0 },
      why: '',
    });
  });

  test.each<[string, NoticeFault, EvictionReading, EvictionReading, RegExp]>([
    ['there is none', notice, there, there, /answered 404, not with a notice/],
    [
      'it is of the other sort',
      recommendation,
      warned({ interruption: announced(120) }),
      there,
      /answered 404/,
    ],
    [
      'it says something else',
      notice,
      warned({ interruption: announced(120, 'stop') }),
      there,
      /says "stop"/,
    ],
    ['it is for another time', notice, warned({ interruption: announced(60) }), there, /off by -60/],
    ['it is no JSON', notice, warned({ interruption: { ...none, status: 200 } }), there, /says "", not/],
    [
      'it was there before',
      notice,
      warned({ interruption: announced(120) }),
      warned({ interruption: announced(90) }),
      /so before/,
    ],
    [
      'nobody answered before',
      notice,
      warned({ interruption: announced(120) }),
      warned({ token: 0 }),
      /did not answer before/,
    ],
    ['nobody could ask', notice, unread, there, /could not be asked/],
    [
      'who has no token is let in',
      notice,
      warned({ interruption: announced(120) }),
      warned({ withoutToken: 200 }),
      /answered 200, not 401/,
    ],
    [
      'who has no token is refused where that is optional',
      { ...notice, imdsv2: 'optional' },
      warned({ interruption: announced(120) }),
      there,
      /answered 401, not 200/,
    ],
  ])('is not where %s', (_what, fault, during, before, why) => {
    expect(judged(fault, during, before)).toMatchObject({ ok: false, why });
  });

  const healed = (after: EvictionReading): boolean =>
    isHealed(notice, {
      baseline: there,
      before: there,
      during: warned({ interruption: announced(120) }),
      after,
    });

  test('has gone when the service says so, on a node that never went', () => {
    expect(healed(there)).toBe(true);
    expect(healed(warned({ rebalance: announced(0) }))).toBe(true);
    expect(healed(warned({ interruption: announced(120) }))).toBe(false);
    expect(healed(warned({ token: 0, interruption: { ...none, status: 0 } }))).toBe(false);
    expect(healed({ ...there, node: { ...there.node, start: '200' } })).toBe(false);
    expect(healed(unread)).toBe(false);
  });
});

describe('an eviction', () => {
  const { noticeMs, graceMs } = spot;
  const noticed: MetadataReading = { ...quiet, interruption: announced((noticeMs + graceMs) / 1000) };
  const story: Story = {
    noticed,
    signalledAtMs: [atMs + noticeMs + 80, atMs + noticeMs + 90],
    lastSeenAtMs: atMs + noticeMs + graceMs + 100,
  };
  const gone: EvictionReading = {
    node: { insider: 'gone', start: null, marks: null },
    metadata: null,
    story,
  };
  const marked: EvictionReading = {
    ...there,
    node: { ...there.node, marks: 2 },
    metadata: { ...quiet, withoutToken: 200 },
  };
  const another: EvictionReading = {
    ...{ node: { insider: 'gone', start: '200', marks: 0 }, story: null },
    metadata: { ...quiet, instance: 'i-2' },
  };
  const judged = (told: Partial<Story>, of: Partial<EvictionReading> = {}): Judged =>
    judge(spot, {
      ...{ baseline: there, before: marked, after: another },
      during: { ...gone, story: { ...story, ...told }, ...of },
    });

  test('is a notice, a signal and an end, each in its time', () => {
    expect(judged({})).toMatchObject({ ok: true, measured: { before: 0, during: 1, after: 0 }, why: '' });
  });

  test.each<[string, Judged, RegExp]>([
    ['nobody saw a notice', judged({ noticed: null }), /nobody inside saw a notice/],
    ['nobody looked on', judged({}, { story: null }), /nobody inside saw a notice/],
    [
      'it was announced for another time',
      judged({ noticed: { ...noticed, interruption: announced(60) } }),
      /off by/,
    ],
    [
      'one of two got no signal',
      judged({ signalledAtMs: [atMs + noticeMs, null] }),
      /SIGQUIT did not reach every/,
    ],
    ['nobody was to get one', judged({ signalledAtMs: [] }), /nobody was looked at/],
    [
      'the signal came at once',
      judged({ signalledAtMs: [atMs + 100] }),
      /SIGQUIT came 100 ms after the notice, not 1500 ms/,
    ],
    [
      'the end came with the signal',
      judged({ lastSeenAtMs: atMs + noticeMs + 80 }),
      /the end came 0 ms after SIGQUIT, not 500 ms/,
    ],
    ['the end came much later', judged({ lastSeenAtMs: atMs + 60_000 }), /the end came 58420 ms after/],
    ['nobody saw the end', judged({ lastSeenAtMs: null }), /nobody saw when the node went/],
    [
      'the node is still there',
      judged({}, { node: there.node }),
      /"answers", not "gone", and the node let others in/,
    ],
    ['the node was told', judged({}, { node: { ...gone.node, insider: 'told' } }), /"told", not "gone"/],
  ])('is not where %s', (_what, is, why) => {
    expect(is).toMatchObject({ ok: false, why });
  });

  const healed = (after: EvictionReading): boolean =>
    isHealed(spot, { baseline: there, before: marked, during: gone, after });

  test('is over when another machine is in its place, of another number and without a notice', () => {
    expect(healed(another)).toBe(true);
    expect(healed({ ...another, node: { ...another.node, marks: 1 } })).toBe(false);
    expect(healed({ ...another, node: { ...another.node, start: '100' } })).toBe(false);
    expect(healed({ ...another, metadata: quiet })).toBe(false);
    expect(healed({ ...another, metadata: { ...quiet, instance: 'i-2', interruption: announced(2) } })).toBe(
      false,
    );
    expect(healed({ ...another, metadata: null })).toBe(false);
    expect(healed(gone)).toBe(false);
  });
});

test.each<EvictionFault | SpotFault>([notice, recommendation, spot])(
  'what was not read is no $kind',
  (fault) => {
    const nothing = { baseline: unread, before: unread, during: unread, after: unread };
    expect(judge(fault, nothing).ok).toBe(false);
    expect(isHealed(fault, nothing)).toBe(false);
  },
);

test('another node is as before where it never went, and got neither a notice nor a service', () => {
  const bare = warned({ token: 0, withoutToken: 0, instance: '', interruption: { ...none, status: 0 } });
  expect(isAsBefore(there, there)).toBe(true);
  expect(isAsBefore(bare, bare)).toBe(true);
  expect(isAsBefore(bare, there)).toBe(false);
  expect(isAsBefore(there, warned({ interruption: announced(120) }))).toBe(false);
  expect(isAsBefore(there, warned({ rebalance: announced(0) }))).toBe(false);
  expect(isAsBefore(there, warned({ instance: 'i-2' }))).toBe(false);
  expect(isAsBefore(there, { ...there, node: { ...there.node, start: '200' } })).toBe(false);
  expect(isAsBefore(unread, unread)).toBe(false);
});
