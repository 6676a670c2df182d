import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '../../../../infra/errors.ts';
import {
  abandonedBuilds,
  forgetAbandoned,
  recordedBuild,
} from '../../../../scripts/teardown/build-record.ts';
import { localProcesses } from '../../../../scripts/teardown/process-table.ts';

const engine = 'unix:///var/run/docker.sock';
/** As it is when every process of ours has been killed. */
const nobody = { ...localProcesses(), startTimeOf: () => null };
const killed = (of = engine): readonly string[] => abandonedBuilds(of, nobody).map((one) => one.inputsHash);

const before = process.env['XDG_CACHE_HOME'];
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-builds-'));
  process.env['XDG_CACHE_HOME'] = root;
});
afterEach(() => {
  if (before === undefined) Reflect.deleteProperty(process.env, 'XDG_CACHE_HOME');
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(root, { recursive: true, force: true });
});

test('a build that is killed is known by what it was making, on its own engine alone', async () => {
  await recordedBuild(engine, ['one', 'two'], () => {
    expect(killed()).toEqual(['one', 'two']);
    expect(killed('ssh://elsewhere')).toEqual([]);
    return Promise.resolve();
  });
});

test('one that goes on is nobody’s to clear', async () => {
  await recordedBuild(engine, ['one'], () => {
    expect(abandonedBuilds(engine)).toEqual([]);
    forgetAbandoned(engine);
    expect(killed()).toEqual(['one']);
    return Promise.resolve();
  });
});

test('one that ended leaves no record, one that was interrupted does, until it is cleared', async () => {
  await recordedBuild(engine, ['one'], () => Promise.resolve());
  expect(killed()).toEqual([]);
  const failing = recordedBuild(engine, ['one'], () => Promise.reject(new Error('no such package')));
  await expect(failing).rejects.toThrow('no such package');
  expect(killed()).toEqual([]);
  const stopped = recordedBuild(engine, ['one'], () => Promise.reject(new InterruptedError('i', 'Ctrl-C')));
  await expect(stopped).rejects.toThrow('Ctrl-C');
  expect(killed()).toEqual(['one']);
  forgetAbandoned(engine, nobody);
  expect(killed()).toEqual([]);
});
