import { describe, expect, test } from '@jest/globals';
import { crashStory } from '../../../../../scripts/faults/process/crash-story.ts';

describe('what was seen of who is killed at a call', () => {
  test('is the last that stood in one, and its end', () => {
    const story = crashStory([
      'ok',
      'armed 2',
      'stands 70 900 3',
      'ended 12 800 3',
      'ended 70 900 3',
      'released 3',
    ]);
    expect(story).toEqual({
      isArmed: true,
      stood: { pid: 70, startedTicks: 900, calls: 3 },
      ended: { pid: 70, startedTicks: 900, calls: 3 },
      seen: 3,
      problem: '',
    });
  });

  test('has no end where another one ended, or one of the same number', () => {
    expect(crashStory(['armed 1', 'stands 7 900 0', 'ended 70 900 0']).ended).toBeNull();
    expect(crashStory(['armed 1', 'stands 7 900 0', 'ended 7 901 0']).ended).toBeNull();
    expect(crashStory(['armed 1', 'ended 7 900 0'])).toMatchObject({ stood: null, ended: null });
  });

  test('counts what there was where nobody was killed, and says why nobody could look', () => {
    expect(crashStory(['ok', 'armed 1', 'released 41'])).toMatchObject({ stood: null, seen: 41 });
    expect(crashStory(['ok', 'armed 1']).seen).toBeNull();
    expect(crashStory(['err 3 web.service has no process']).problem).toBe('err 3 web.service has no process');
  });
});
