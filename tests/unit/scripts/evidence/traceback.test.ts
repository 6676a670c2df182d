import { expect, test } from '@jest/globals';
import { lastTraceback } from '../../../../scripts/evidence/traceback.ts';

const lines = (text: string): readonly string[] => text.split('\n');

test('Python: the last of a chain is what was raised', () => {
  const found = lastTraceback(
    lines(`starting
[2026-11-25 01:00:00,000: ERROR/MainProcess] failed: Traceback (most recent call last):
  File "/opt/boom.py", line 5, in <module>
    {}["missing"]
    ~~^^^^^^^^^^^
KeyError: 'missing'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/opt/boom.py", line 7, in <module>
    raise RuntimeError("could not render") from e
RuntimeError: could not render
and on it goes`),
  );
  expect(found).toMatchObject({ language: 'python', type: 'RuntimeError', message: 'could not render' });
  expect(found?.text).toBe(`Traceback (most recent call last):
  File "/opt/boom.py", line 7, in <module>
    raise RuntimeError("could not render") from e
RuntimeError: could not render`);
});

test('Node: a message of several lines, and a code in brackets', () => {
  const found = lastTraceback(
    lines(`node:internal/process:1
            throw
            ^

AssertionError [ERR_ASSERTION]: Expected values to be equal:

1 !== 2

    at file:///srv/app.js:3:8
    at ModuleJob.run (node:internal/modules/esm/module_job:1:1) {
  code: 'ERR_ASSERTION'
}

Node.js v24.21.0`),
  );
  expect(found).toMatchObject({
    language: 'node',
    type: 'AssertionError',
    message: 'Expected values to be equal:',
  });
  expect(found?.text.split('\n').at(-1)).toContain('ModuleJob.run');
});

test('Java: with its cause', () => {
  const found = lastTraceback(
    lines(`Exception in thread "main" java.lang.IllegalStateException: no room
\tat org.example.Intake.take(Intake.java:12)
\tat org.example.Main.main(Main.java:4)
Caused by: java.io.IOException: disk full
\tat org.example.Disk.write(Disk.java:99)
\t... 2 more`),
  );
  expect(found).toMatchObject({
    language: 'java',
    type: 'java.lang.IllegalStateException',
    message: 'no room',
  });
  expect(found?.text).toContain('Caused by: java.io.IOException');
});

test('of two, the one that came last', () => {
  const found = lastTraceback(
    lines(`Traceback (most recent call last):
  File "a.py", line 1, in <module>
ValueError: first
Error: second
    at f (a.js:1:1)`),
  );
  expect(found).toMatchObject({ language: 'node', message: 'second' });
});

test('what looks a little like one is none', () => {
  expect(lastTraceback(['everything went well', '  at noon we eat', 'ok'])).toBeNull();
  expect(lastTraceback(['Traceback (most recent call last):', '  File "a.py", line 1'])).toBeNull();
  expect(lastTraceback([])).toBeNull();
});
