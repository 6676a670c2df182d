import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { EventStart, ScheduledFault } from '../../../../../infra/plan/plan.ts';
import { loadPlan } from '../../../../../infra/plan/load-plan.ts';
import { Recorder } from '../../../../../scripts/evidence/recorder.ts';
import { RunFolder } from '../../../../../scripts/evidence/run-folder.ts';
import { EventStarts } from '../../../../../scripts/faults/events/event-starts.ts';
import { boundForTest } from '../../../../support/bound-plan.ts';
import { fakeNode } from '../../../../support/fake-node.ts';
import { fakeVictim } from '../../../../support/fake-victim.ts';
import { cut } from '../../../../support/faults.ts';
import { idleCluster } from '../../../../support/understudy.ts';

const loaded = loadPlan({ cluster: idleCluster, profiles: [], seed: 1, set: {}, suites: [] });
const bound = boundForTest(loaded);

let root = '';
let ended = new AbortController();
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-events-'));
  ended = new AbortController();
});
afterEach(() => {
  ended.abort();
  rmSync(root, { recursive: true, force: true });
});

function waits(event: EventStart['event'], changes: Partial<EventStart> = {}): ScheduledFault {
  const after = { event, nodes: ['node-1'], byMs: 5_000, thenMs: 300, lastsMs: 700, ...changes };
  return { id: 'p/f', profile: 'p', fault: cut, targets: ['a->b'], startMs: 300, endMs: 6_000, after };
}

const recorder = (): Recorder => new Recorder(new RunFolder(root));
const events = (): string => readFileSync(join(root, 'events.jsonl'), 'utf8');
const now = (): number => 1_000;

describe('a fault that waits for an event', () => {
  test('of a suite comes so long after it as the plan says, and has its own time from when it is in force', async () => {
    const fault = waits({ suite: { name: 'checks', says: '^step \\d' } });
    const starts = new EventStarts({ bound, recorder: recorder() }, [], [fault]);
    starts.begin();
    const moments = starts.momentsOf(fault, ended.signal, now);
    starts.said('others', 'step 1');
    starts.said('checks', 'no step');
    starts.said('checks', 'step 2');
    starts.said('checks', 'step 3');
    expect(await moments).toEqual({ start: 1_300, endMs: null, lastsMs: 700 });
    expect(events().match(/fault\.event/g)).toHaveLength(1);
    expect(events()).toContain('"line":"step 2"');
  });

  test('of an output comes by a line that is said after the suites began, not before', async () => {
    const output = new PassThrough();
    const access = fakeNode({ logs: () => Promise.resolve(output) });
    const fault = waits({ log: { node: 'node', matches: 'leader' } }, { lastsMs: null });
    const starts = new EventStarts({ bound, recorder: recorder() }, [await fakeVictim({ access })], [fault]);
    starts.open();
    output.write('leader, too early\n');
    await new Promise((resolve) => setImmediate(resolve));
    starts.begin();
    const moments = starts.momentsOf(fault, ended.signal, now);
    output.write('nothing\nthe leader is node-1\n');
    expect(await moments).toEqual({ start: 1_300, endMs: null, lastsMs: null });
    expect(events()).toContain('"node":"node-1","line":"the leader is node-1"');
    output.end();
    starts.close();
  });

  test('does not come by an expression that takes for ever, says so, and holds up nothing else', async () => {
    const endless = waits({ suite: { name: 'checks', says: '^(([a-z0-9 ])+.)+!$' } });
    const other = waits({ suite: { name: 'checks', says: '^done$' } });
    const output = new PassThrough();
    const access = fakeNode({ logs: () => Promise.resolve(output) });
    const ofLog = waits({ log: { node: 'node', matches: '^(([a-z0-9 ])+.)+!$' } });
    const starts = new EventStarts(
      { bound, recorder: recorder() },
      [await fakeVictim({ access })],
      [...[endless, other, ofLog]],
    );
    starts.open();
    starts.begin();
    const moments = starts.momentsOf(other, ended.signal, now);
    starts.said('checks', 'a'.repeat(64));
    starts.said('checks', 'done');
    expect(await moments).toEqual({ start: 1_300, endMs: null, lastsMs: 700 });
    await expect(starts.momentsOf(endless, ended.signal, now)).rejects.toThrow(
      /it was to come when suite checks says a line that matches .*, and to match .* takes more than 250 ms/,
    );
    output.write(`${'a'.repeat(64)}\n`);
    await expect(starts.momentsOf(ofLog, ended.signal, now)).rejects.toThrow(/takes more than 250 ms/);
    output.end();
    starts.close();
  });

  test('says which event did not come, by its time or when the suites ended', async () => {
    const late = waits({ suite: { name: 'checks' } }, { byMs: 50 });
    const starts = new EventStarts({ bound, recorder: recorder() }, [], [late]);
    starts.begin();
    await expect(starts.momentsOf(late, ended.signal, now)).rejects.toThrow(
      'it was to come when suite checks begins, which had not happened 50 ms after the first suite began',
    );
    const cutShort = waits({ suite: { name: 'checks' } });
    const others = new EventStarts({ bound, recorder: recorder() }, [], [cutShort]);
    others.begin();
    const moments = others.momentsOf(cutShort, ended.signal, now);
    ended.abort();
    await expect(moments).rejects.toThrow('which had not happened when the suites ended');
    // One that comes after all is none any more.
    others.began('checks');
    starts.began('checks');
  });

  test('is none that has moments of its own', async () => {
    const fault = { id: 'p/f', profile: 'p', fault: cut, targets: ['a->b'], startMs: 300, endMs: 6_000 };
    const starts = new EventStarts({ bound, recorder: recorder() }, [], [fault]);
    expect(await starts.momentsOf(fault, ended.signal, now)).toEqual({
      start: 300,
      endMs: 6_000,
      lastsMs: null,
    });
  });
});
