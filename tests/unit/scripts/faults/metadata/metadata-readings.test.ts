import { describe, expect, test } from '@jest/globals';
import { storyIn } from '../../../../../scripts/faults/eviction/eviction-targets.ts';
import { metadataReading } from '../../../../../scripts/faults/metadata/metadata-readings.ts';

const line = (...words: readonly (string | number)[]): string => words.join('\t');
const interruption = '{"action": "terminate", "time": "2026-01-01T12:02:00Z"}';

describe('what a client inside was answered', () => {
  test('is read as it is', () => {
    const said = line(
      1000,
      200,
      401,
      'i-0abc',
      200,
      interruption,
      200,
      '{"noticeTime": "2026-01-01T12:00:00Z"}',
    );
    expect(metadataReading(said)).toEqual({
      ...{ atMs: 1000, token: 200, withoutToken: 401, instance: 'i-0abc' },
      interruption: { status: 200, action: 'terminate', forMs: Date.parse('2026-01-01T12:02:00Z') },
      rebalance: { status: 200, action: '', forMs: Date.parse('2026-01-01T12:00:00Z') },
    });
  });

  test('is nothing where nobody answered, and no notice where there is none or none that could be read', () => {
    expect(metadataReading(line(1000, 0, 0, '', 0, '', 0, ''))).toMatchObject({
      ...{ token: 0, instance: '' },
      interruption: { status: 0, action: '', forMs: null },
    });
    expect(metadataReading(line(1000, 200, 401, 'i', 200, '{"action":', 404, ''))).toMatchObject({
      interruption: { status: 200, action: '', forMs: null },
    });
  });

  test.each(['', 'imdsprobe: not found', line(1, 2, 3)])('is not made of "%s"', (text) => {
    expect(metadataReading(text)).toBeNull();
  });
});

describe('the story of an eviction', () => {
  const looks = [
    line(1000, 200, 401, 'i', 404, '', 404, ''),
    line(1100, 200, 401, 'i', 200, interruption, 404, ''),
    line(1200, 200, 401, 'i', 200, interruption, 404, ''),
    '13', // cut off with its node
  ];

  test('is told by the first look that found the notice, the first signal of each, and the last look', () => {
    const signalled = [
      'ok',
      'a.service seen 7 900',
      'b.service seen 8 900',
      'a.service got 7 1150',
      'a.service got 7 1190',
    ];
    expect(storyIn(looks, [...signalled, 'b.service got 8 1160'], ['a.service', 'b.service'])).toMatchObject({
      noticed: { atMs: 1100 },
      signalledAtMs: [1150, 1160],
      lastSeenAtMs: 1200,
    });
    expect(storyIn(looks, signalled, ['a.service', 'b.service']).signalledAtMs).toEqual([1150, null]);
  });

  test('has gaps where nobody said anything', () => {
    expect(storyIn([], [], ['process-1'])).toEqual({
      noticed: null,
      signalledAtMs: [null],
      lastSeenAtMs: null,
    });
  });
});
