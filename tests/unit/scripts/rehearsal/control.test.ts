import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  goldenFolder,
  goldenOf,
  keepControl,
  readControl,
  type ControlResult,
} from '../../../../scripts/rehearsal/control.ts';

const before = process.env['XDG_CACHE_HOME'];
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-control-'));
  process.env['XDG_CACHE_HOME'] = join(root, 'cache');
});
afterEach(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, 'XDG_CACHE_HOME');
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(root, { recursive: true, force: true });
});

const pass: ControlResult = { runId: 'r1', verdict: 'pass', why: [], suites: [] };

describe('golden results', () => {
  const run = { key: 'k', runFolder: '/runs/r1' };

  test('are recorded by a run without faults, into its own folder', () => {
    expect(goldenOf({ ...run, degraded: false, control: null })).toEqual({
      mode: 'record',
      folder: '/runs/r1/golden',
    });
  });

  test('are what a degraded run compares with, where it had a control', () => {
    expect(goldenOf({ ...run, degraded: true, control: pass })).toEqual({
      mode: 'compare',
      folder: goldenFolder('k'),
    });
  });

  test('never come from a degraded run without a control', () => {
    expect(goldenOf({ ...run, degraded: true, control: null })).toEqual({
      mode: 'none',
      folder: '/runs/r1/golden',
    });
  });

  test('are replaced by those of a run that passed, as a whole', () => {
    keepControl('k', pass, recorded('first', { 'a.json': '1', 'gone.json': '1' }));
    keepControl('k', { ...pass, runId: 'r2' }, recorded('second', { 'a.json': '2' }));
    expect(readdirSync(goldenFolder('k'))).toEqual(['a.json']);
    expect(readFileSync(join(goldenFolder('k'), 'a.json'), 'utf8')).toBe('2');
    expect(readControl('k')).toMatchObject({ runId: 'r2' });
  });

  test.each(['fail', 'invalid'] as const)('are not touched by a run that ended with %s', (verdict) => {
    keepControl('k', pass, recorded('first', { 'a.json': '1' }));
    keepControl('k', { ...pass, runId: 'r2', verdict }, recorded('second', { 'a.json': '2' }));
    expect(readFileSync(join(goldenFolder('k'), 'a.json'), 'utf8')).toBe('1');
    expect(readControl('k')).toMatchObject({ runId: 'r1' });
  });
});

function recorded(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}
