import { describe, expect, test } from '@jest/globals';
import { crashStory } from '../../../../../scripts/faults/process/crash-story.ts';

describe('what was seen of who is killed at a call', () => {
  test('is the one that stood in the call that was asked for, and its end', () => {
    const story = crashStory(
      ['ok', 'armed 2', 'stands 70 900 3', 'ended 12 800 3', 'ended 70 900 3', 'released 3'],
      4,
    );
    expect(story).toEqual({
      isArmed: true,
      stood: { pid: 70, startedTicks: 900, calls: 3 },
      ended: { pid: 70, startedTicks: 900, calls: 3 },
      seen: 3,
      problem: '',
    });
  });

  test.each([
    ['stands beside it', ['stands 70 900 3', 'stands 71 901 3', 'ended 70 900 3']],
    [
      'stood before, and ends later',
      ['stands 71 901 2', 'stands 70 900 3', 'ended 70 900 3', 'ended 71 901 4'],
    ],
    ['ended before', ['stands 71 901 2', 'ended 71 901 3', 'stands 70 900 3', 'ended 70 900 3']],
    ['is ended with it', ['stands 71 901 3', 'stands 70 900 3', 'ended 70 900 3', 'ended 71 901 3']],
  ])('is not another one that %s', (_how, lines) => {
    const moment = { pid: 70, startedTicks: 900, calls: 3 };
    expect(crashStory(lines, 4)).toMatchObject({ stood: moment, ended: moment });
  });

  test('is as it was last said of who stood where calls of others ended meanwhile', () => {
    const lines = ['stands 70 900 1', 'stands 70 900 2', 'ended 70 900 2'];
    expect(crashStory(lines, 3).stood).toMatchObject({ calls: 2 });
    expect(crashStory(lines, 2)).toMatchObject({ stood: { calls: 2 }, ended: { calls: 2 } });
  });

  test('has no end where another one ended, or one of the same number', () => {
    expect(crashStory(['armed 1', 'stands 7 900 0', 'ended 70 900 0'], 1).ended).toBeNull();
    expect(crashStory(['armed 1', 'stands 7 900 0', 'ended 7 901 0'], 1).ended).toBeNull();
    expect(crashStory(['armed 1', 'ended 7 900 0'], 1)).toMatchObject({ stood: null, ended: null });
  });

  test('counts what there was where nobody was killed, and says why nobody could look', () => {
    expect(crashStory(['ok', 'armed 1', 'released 41'], 1)).toMatchObject({ stood: null, seen: 41 });
    expect(crashStory(['ok', 'armed 1'], 1).seen).toBeNull();
    expect(crashStory(['err 3 web.service has no process'], 1).problem).toBe(
      'err 3 web.service has no process',
    );
  });
});
