import { describe, expect, test } from '@jest/globals';
import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { newRunId, RunFolder } from '../../../../scripts/evidence/run-folder.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

describe('a run id', () => {
  const random = Uint8Array.of(0x1a, 0x2b, 0x3c, 0x4d);

  test('is the moment in UTC and six digits of chance', () => {
    expect(newRunId(new Date('2026-11-24T11:03:05.678Z'), random)).toBe('20261124-110305-1a2b3c');
  });

  test('sorts by time, and is safe as label, host name and file name', () => {
    const ids = ['2026-09-30T23:59:59Z', '2026-10-01T00:00:00Z', '2027-01-01T00:00:00Z'].map((at) =>
      newRunId(new Date(at), random),
    );
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
  });
});

describe('a run folder', () => {
  const Line = z.strictObject({ n: z.int() });

  test('gives back what was written, and null where the run never got so far', () => {
    using place = writtenSpec({});
    const folder = new RunFolder(place.path('run'));
    folder.writeJson('x.json', { n: 1 });
    expect(folder.readJson('x.json', Line)).toEqual({ n: 1 });
    expect(folder.readJson('y.json', Line)).toBeNull();
    expect(folder.readLines('z.jsonl', Line)).toEqual([]);
  });

  test('leaves out a last line that a crash cut off, and refuses one that says something else', () => {
    using place = writtenSpec({});
    const folder = new RunFolder(place.path('run'));
    folder.appendLine('events.jsonl', { n: 1 });
    folder.appendLine('events.jsonl', { n: 2 });
    appendFileSync(folder.file('events.jsonl'), '{"n": 3');
    expect(folder.readLines('events.jsonl', Line)).toEqual([{ n: 1 }, { n: 2 }]);
    folder.writeText('events.jsonl', '{"m": 1}\n');
    expect(() => folder.readLines('events.jsonl', Line)).toThrow();
    expect(readFileSync(folder.file('events.jsonl'), 'utf8')).toBe('{"m": 1}\n');
  });
});
