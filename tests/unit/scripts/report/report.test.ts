import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blankRecord, withFindings, type Findings } from '../../../../scripts/evidence/process-record.ts';
import { readRun } from '../../../../scripts/report/read-run.ts';
import { renderReport } from '../../../../scripts/report/report.ts';
import {
  at,
  beganMs,
  journal,
  madeUpRun,
  receipt,
  runId,
  suite,
  writeRun,
  type MadeUpRun,
} from '../../../support/recorded-run.ts';
import { wordsOf } from '../../../support/page-words.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-report-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

let made = 0;
function folderOf(run: MadeUpRun): string {
  const folder = join(root, String((made += 1)), runId);
  mkdirSync(folder, { recursive: true });
  writeRun(folder, run);
  return folder;
}

const page = (run: MadeUpRun): string => renderReport(readRun(folderOf(run)), 'scripts/understudy');
const words = (run: MadeUpRun): string => wordsOf(page(run));
const whole = madeUpRun();
const verdict = (changes: Partial<NonNullable<MadeUpRun['verdict']>>): Partial<MadeUpRun> => ({
  verdict: whole.verdict === null ? null : { ...whole.verdict, ...changes },
});

describe('the top of the page', () => {
  test('says verdict, reasons, what was run, and how to run it again', () => {
    const top = words(whole).split('Time line')[0] ?? '';
    expect(top).toContain('Fail');
    expect(top).toContain('A suite failed that passes without the faults');
    expect(top).toContain('suite checks failed: "each input has one output"');
    expect(top).toContain('two-nodes, 2 nodes');
    expect(top).toContain('2026-11-25 00:00:00 UTC');
    expect(top).toContain("scripts/understudy run './two nodes.yaml' --profile slow --seed 7 --suite checks");
    expect(top).toContain('/somewhere/.runs/20261125-000000-a1b2c3');
  });

  test('says that it fails without faults where the control did not pass', () => {
    const control = { runId: 'c', verdict: 'fail', why: ['suite failed'], suites: [suite()] } as const;
    const nothingSeen = { invariants: [], memoryHeld: {} };
    const failed = { ...control, why: [...control.why], suites: [...control.suites], ...nothingSeen };
    const said = words(
      madeUpRun({
        events: whole.events.slice(0, 1),
        control: failed,
        ...verdict({
          why: ['fails without faults: the control did not pass', 'suite checks failed: exit code 3'],
          control: { verdict: 'fail', runId: 'c', cached: false },
          receipts: [],
        }),
      }),
    );
    expect(said).toContain('Fails without faults');
    expect(said).toContain('suite checks failed: exit code 3');
    expect(said).toContain('not run');
  });

  test('says first that somebody interrupted the run, and in which phase', () => {
    const events = [
      ...whole.events.slice(0, 12),
      at(9_500, { type: 'phase.end', phase: 'suite', ok: false, why: 'interrupted' }),
    ];
    const said = words(
      madeUpRun({
        events,
        ...verdict({ verdict: 'invalid', why: ['interrupted'], interrupted: true, receipts: [], suites: [] }),
      }),
    );
    expect(said).toContain('Interrupted');
    expect(said).toContain('Somebody ended the run in phase “suite”, 9.50 s after it began');
    expect(said).toContain('nothing is proven of them');
    expect(said).toContain('not known: the run did not get so far');
  });

  test('names the directory that the command was typed in, where that was written down', () => {
    const [begun, ...rest] = whole.events;
    if (begun?.type !== 'run') throw new Error('a run begins with its command');
    const said = words(madeUpRun({ events: [{ ...begun, directory: '/home/me/farm' }, ...rest] }));
    expect(said).toMatch(/in\s+\/home\/me\/farm\s*, where it was run/);
    expect(words(whole)).toContain('from the directory it was run in');
  });

  test('names processes that crashed, whatever the verdict', () => {
    const core = { name: 'crasher.service', pid: 7, signal: 'SIGSEGV', bytes: 9, absent: '' };
    const cores = ['left-1', 'right-1'].map((node) => ({ ...core, node, file: `cores/${node}/c.7.core` }));
    const said = words(
      madeUpRun({
        files: { ...whole.files, 'cores.json': JSON.stringify(cores) },
        ...verdict({ verdict: 'pass', why: [] }),
      }),
    );
    const top = said.split('Time line')[0] ?? '';
    expect(top).toContain('Pass');
    expect(top).toContain('2 cores kept: crasher.service on left-1, right-1');
  });

  test('says of faults that were in force when somebody interrupted the run that nobody judged them', () => {
    const interrupted = verdict({
      verdict: 'invalid',
      why: ['interrupted'],
      interrupted: true,
      receipts: [],
    });
    const top = (run: Partial<MadeUpRun>): string => words(madeUpRun(run)).split('Time line')[0] ?? '';
    expect(top({ events: whole.events.slice(0, 12), ...interrupted })).toContain(
      'interrupted before they were judged',
    );
    const events = whole.events.filter(({ type }) => type !== 'fault.inject');
    expect(top({ events, ...interrupted })).toContain('no fault came in force');
  });

  test('names what is left on the machine', () => {
    const said = words(madeUpRun(verdict({ residue: ['container us-x-left-1 0123: in use'] })));
    expect(said).toContain('1 object left on this machine');
    expect(said).toContain('container us-x-left-1 0123: in use');
  });

  test('does not take a kept cluster for nothing', () => {
    const said = words(madeUpRun({ events: whole.events.filter((event) => !isTearDown(event)) }));
    expect(said).toContain(`understudy down --run ${runId}`);
  });
});

describe('a run that was cut off', () => {
  const cut = madeUpRun({ events: whole.events.slice(0, 12), verdict: null, control: null });

  test('says so, with where the watcher took over', () => {
    const aborted = {
      schema: 1,
      runId,
      why: 'the controller died without releasing its watcher',
      noticed: '2026-11-25T00:00:10.000Z',
      finished: '2026-11-25T00:00:12.000Z',
      killed: [],
      saved: [],
      missed: ['nodes/right-1/journal.jsonl: no answer'],
      residue: [],
    };
    const said = words({ ...cut, files: { 'aborted.json': JSON.stringify(aborted) } });
    expect(said).toContain('Cut off');
    expect(said).toContain('The controller was killed in phase “suite”, 9.00 s after it began');
    expect(said).toContain('not saved: nodes/right-1/journal.jsonl: no answer');
    expect(said).toContain("run './two nodes.yaml' --profile slow --seed 7");
  });

  test('or still goes on: nobody knows of what is left', () => {
    const said = words(cut);
    expect(said).toContain('No verdict');
    expect(said).toContain('OSError: [Errno 28] No space left on device');
    expect(said).toContain('? not known');
  });

  test('may have ended in the middle of a line', () => {
    const folder = folderOf(cut);
    appendFileSync(join(folder, 'events.jsonl'), '{"at":"2026-11-25T00:00:10.0');
    appendFileSync(join(folder, 'nodes/left-1/journal.jsonl'), '{"__REALTIME');
    writeFileSync(join(folder, 'verdict.json'), '{"schema":1,');
    const said = wordsOf(renderReport(readRun(folder), 'x'));
    expect(said).toContain('verdict.json is not whole JSON');
    expect(said).toContain('The run ended, and how cannot be read from verdict.json');
    expect(said).toContain('events.jsonl: 1 of 13 lines');
  });

  test('may have been cut off before anything was written', () => {
    const said = words({
      events: [],
      plan: null,
      verdict: null,
      control: null,
      counters: [],
      journals: {},
      files: {},
    });
    expect(said).toContain('No verdict');
    expect(said).toContain('before anything was written down');
  });

  test('or ended by an error', () => {
    const failure = JSON.stringify({ message: 'node left-1 died: exit 1', residue: [] });
    const said = words({ ...cut, files: { 'failure.json': failure } });
    expect(said).toContain('Error');
    expect(said).toContain('node left-1 died: exit 1');
  });
});

describe('what a run wrote and the page cannot show is said at its top', () => {
  const notice = 'Not all that this run wrote could be read';
  /** The made-up run with all that its events and its verdict say that it wrote. */
  const full = (): string => {
    const planned = whole.plan;
    if (planned === null || whole.verdict === null)
      throw new Error('the made-up run has a plan and a verdict');
    const nodes = planned.plan.nodes.map((node) => ({ ...node, init: 'systemd' }));
    const events = [
      ...whole.events.slice(0, 5),
      at(1_700, { type: 'phase.end', phase: 'parity', ok: true, why: '' }),
      ...whole.events.slice(5, -2),
      at(19_000, { type: 'phase.end', phase: 'collect', ok: true, why: '' }),
      ...whole.events.slice(-2),
    ];
    const { receipts, parity } = whole.verdict;
    return folderOf(
      madeUpRun({
        events,
        plan: { ...planned, plan: { ...planned.plan, nodes } },
        ...verdict({ phasesMs: { provision: 1, parity: 1, suite: 1, heal: 1, collect: 1, teardown: 1 } }),
        files: {
          ...whole.files,
          'receipts.json': JSON.stringify(receipts),
          'parity.json': JSON.stringify(parity),
          'schedule.json': '[]',
          'processes.jsonl': '',
          ...Object.fromEntries(
            nodes.flatMap(({ name }) => [
              [`facts/${name}.json`, '{"os":{"id":"debian"}}'],
              [`nodes/${name}/state.json`, '{}'],
              [`nodes/${name}/container.log`, ''],
            ]),
          ),
        },
      }),
    );
  };
  const said = (folder: string): string => wordsOf(renderReport(readRun(folder), 'x'));

  test('a folder that is whole has no such notice', () => {
    const folder = full();
    expect(readRun(folder).unreadable).toEqual([]);
    expect(said(folder)).not.toContain(notice);
  });

  const whatWasWritten = [
    ...['events.jsonl', 'plan.json', 'control.json', 'receipts.json', 'parity.json', 'schedule.json'],
    ...['processes.jsonl', 'junit.xml', 'suites/checks/outcome.json', 'facts/left-1.json'],
    ...[
      'nodes/left-1/journal.jsonl',
      'nodes/left-1/container.log',
      'nodes/right-1/state.json',
      'verdict.json',
    ],
  ];
  test.each(whatWasWritten)('%s, where it is gone', (file) => {
    const folder = full();
    rmSync(join(folder, file));
    expect(said(folder)).toContain(
      `${notice} , so this page shows less than there was:\n${file} is not there`,
    );
  });

  test.each(whatWasWritten.filter((file) => !/schedule|junit|nodes/.test(file)))(
    '%s, where it refuses to be read or is something else',
    (file) => {
      const folder = full();
      rmSync(join(folder, file));
      symlinkSync('/proc/self/mem', join(folder, file));
      expect(said(folder)).toContain(`${file} cannot be read (EIO)`);
      rmSync(join(folder, file));
      mkdirSync(join(folder, file));
      expect(said(folder)).toContain(`${file} is a folder`);
    },
  );

  test.each([
    'receipts.json',
    'parity.json',
    'control.json',
    'plan.json',
    'facts/left-1.json',
    'verdict.json',
  ])('%s, cut in the middle', (file) => {
    const folder = full();
    const text = readFileSync(join(folder, file), 'utf8');
    writeFileSync(join(folder, file), text.slice(0, text.length / 2));
    expect(said(folder)).toContain(`${file} is not whole JSON`);
  });

  test('links: one that leads to itself is told, one that leads to a folder is not followed', () => {
    const folder = full();
    symlinkSync('circle', join(folder, 'circle'));
    symlinkSync('.', join(folder, 'here'));
    const page = said(folder);
    expect(page).toContain('circle is a symbolic link that leads back to itself');
    expect(page).not.toMatch(/\bhere\/events\.jsonl/);
  });

  test('a journal that is something else: the container’s log stands in, and that is said', () => {
    const folder = full();
    rmSync(join(folder, 'nodes/left-1/journal.jsonl'));
    mkdirSync(join(folder, 'nodes/left-1/journal.jsonl'));
    writeFileSync(join(folder, 'nodes/left-1/container.log'), 'in its place\n');
    const page = said(folder);
    expect(page).toContain('nodes/left-1/journal.jsonl is a folder');
    expect(page).toContain('in its place');
  });

  test('a log of which a line is broken does not say that nothing is left out', () => {
    const folder = full();
    appendFileSync(
      join(folder, 'nodes/right-1/journal.jsonl'),
      '{"__REALTIME_TIMESTAMP":"soon","MESSAGE":"x"}\n',
    );
    const page = said(folder);
    expect(page).toMatch(/right-1 : 1 line\nnodes\/right-1\/journal.jsonl: 1 of 2 lines cannot be read\./);
  });

  test('events.jsonl, cut between two lines: the verdict knows of phases that it does not tell', () => {
    const folder = full();
    const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n');
    writeFileSync(join(folder, 'events.jsonl'), `${lines.slice(0, 8).join('\n')}\n`);
    const page = said(folder);
    expect(page).toContain(
      'events.jsonl does not tell how these phases ended: suite, heal, collect, teardown',
    );
    // Its last line is of the cluster's beginning: that does not mean that the cluster is still there.
    expect(page).not.toContain('cluster kept');
  });

  test('a node whose folder is gone is missed without the plan, too: the events know that it ran', () => {
    const folder = full();
    rmSync(join(folder, 'plan.json'));
    rmSync(join(folder, 'nodes/left-1'), { recursive: true });
    expect(readRun(folder).unreadable).toEqual([
      'plan.json is not there',
      'nodes/left-1/state.json is not there',
      'nodes/left-1/container.log is not there',
    ]);
  });

  test('nothing is missed of a phase that was interrupted', () => {
    const folder = folderOf(
      madeUpRun({
        events: [
          ...whole.events.slice(0, 5),
          at(1_800, { type: 'phase.start', phase: 'parity' }),
          at(1_900, { type: 'phase.end', phase: 'parity', ok: false, why: 'interrupted' }),
        ],
        ...verdict({
          verdict: 'invalid',
          interrupted: true,
          suites: [],
          phasesMs: { provision: 1, parity: 1 },
        }),
      }),
    );
    expect(readRun(folder).unreadable).toEqual([]);
  });

  test('where nothing is left but a few events, nothing is claimed of what was asked for', () => {
    const folder = full();
    for (const file of [
      'plan.json',
      'verdict.json',
      'control.json',
      'receipts.json',
      'suites',
      'parity.json',
    ])
      rmSync(join(folder, file), { recursive: true });
    const page = said(folder);
    expect(page).not.toMatch(
      /none asked for|no fault asked for|No suite was asked for|No fault was asked for/,
    );
    expect(page).not.toMatch(/did not get (so far|there)|spec names none|no faults here/);
    expect(page).toContain('Receipts were written, and cannot be read');
  });

  test('what the watcher says that it saved is looked for, too', () => {
    const aborted = {
      ...{ why: 'it died', noticed: 'a', finished: 'b', missed: [], residue: [] },
      saved: ['nodes/left-1/state.json', 'nodes/left-1/journal.jsonl'],
    };
    const cut = madeUpRun({ verdict: null, control: null, events: whole.events.slice(0, 12) });
    const page = words({ ...cut, files: { 'aborted.json': JSON.stringify(aborted) } });
    expect(page).toContain('nodes/left-1/state.json is not there');
    expect(page).not.toContain('journal.jsonl is not there');
  });
});

test('a run without faults and without suites has nothing to show, and says that', () => {
  const planned = whole.plan;
  if (planned === null) throw new Error('the made-up run has a plan');
  const bare = { ...planned.plan, profiles: [], schedule: [], suites: [] };
  const said = words(
    madeUpRun({
      plan: { ...planned, plan: bare },
      events: whole.events.filter(({ type }) => !/fault|suite/.test(type)),
      control: null,
      ...verdict({ verdict: 'pass', why: [], profiles: [], receipts: [], suites: [], control: null }),
    }),
  );
  expect(said).toContain('No suite was run');
  expect(said).toContain('No fault was asked for.');
  expect(said).toContain('No suite was asked for.');
});

describe('whatever a run wrote', () => {
  const nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)> \u202Eevil\u202C 日本語 \u001b[31m';

  test('is text on the page, never markup', () => {
    const html = page(
      madeUpRun({
        ...verdict({
          why: [nasty],
          cluster: nasty,
          variables: { [nasty]: nasty },
          receipts: [receipt({ fault: nasty, target: nasty, why: nasty, ok: false, driver: nasty })],
          suites: [
            suite({
              suite: nasty,
              why: nasty,
              tests: [{ name: nasty, status: 'failed', durationMs: 1, message: nasty }],
            }),
          ],
          parity: [
            { node: nasty, fact: nasty, expected: nasty, actual: null, class: 'blocking', why: nasty },
          ],
          leftovers: [nasty],
          residue: [nasty],
        }),
        events: [
          ...whole.events,
          at(20_000, { type: 'note', text: nasty }),
          at(20_000, { type: 'fault.error', fault: 'slow/full', why: nasty }),
        ],
        journals: { 'left-1': [journal(100, nasty)] },
      }),
    );
    expect(html.match(/<(script|img)/g)).toBeNull();
    expect(html).toContain('&lt;script&gt;alert(1)');
    expect(html).not.toContain('\u001b');
  });
});

test('nothing in the page names anything to load', () => {
  const html = page(whole);
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/<script|@import|url\(|\ssrc=|https?:/);
});

test('the same folder makes the same bytes, also where it was copied to', () => {
  const folder = folderOf(whole);
  const first = renderReport(readRun(folder), 'x');
  cpSync(folder, `${folder}-copy`, { recursive: true });
  writeFileSync(join(folder, 'report.html'), first);
  expect(renderReport(readRun(folder), 'x')).toBe(first);
  expect(renderReport(readRun(`${folder}-copy`), 'x')).toBe(first);
});

const iso = (ms: number): string => new Date(beganMs + ms).toISOString();

test('processes are told with how they ended, those that ended badly first, and why something is not known', () => {
  const source = 'the test';
  const record = (name: string, findings: Findings): string =>
    JSON.stringify(
      withFindings(
        blankRecord({ id: name, kind: 'entrypoint', name, node: 'left-1' }, 'nobody looked'),
        findings,
      ),
    );
  const records = [
    record('fine', { start: { value: iso(1_000), source } }),
    record('killed', {
      start: { value: iso(1_000), source },
      exit: { value: iso(9_500), source },
      signal: { value: 'SIGKILL', source },
      argv: { value: ['sleep', 'infinity'], source },
      environment: { value: { WHO: '<me>' }, source },
    }),
  ];
  const said = words(madeUpRun({ files: { 'processes.jsonl': records.join('\n') } }));
  const section = said.split('\nProcesses\n')[1] ?? '';
  expect(section).toMatch(/^2 starts[^]*1 of them ended badly/);
  expect(section).toMatch(
    /killed entrypoint on left-1 ✗ SIGKILL 1\.00 s to 9\.50 s[^]*fine entrypoint on left-1/,
  );
  expect(section).toMatch(/argv\nsleep infinity\ncwd\nnot known: nobody looked[^]*WHO=<me>/);
  expect(said).toContain('entrypoint exited (SIGKILL) at 9.50 s');
});

test('a receipt says why its fault did not heal, and for how long it held of what was asked', () => {
  const times = { injectedAtMs: 4_000, healedAtMs: 10_000 };
  const broken = receipt({
    ...{ ...times, healedOk: false, whyNotHealed: 'the node has started anew' },
    lasted: { askedMs: 8_000, heldMs: 6_000, note: 'it was in force 2.0 s later than planned' },
  });
  const said = words(madeUpRun(verdict({ receipts: [broken] })));
  expect(said).toContain('did not heal: the node has started anew');
  expect(said).toMatch(/4\.0.? s to 10.* s after the suites began, held 6.*s of 8.*s asked; inject/);
  expect(said).toContain('it was in force 2.0 s later than planned');
});

test('a receipt says which part of it broke, and what its bystanders read', () => {
  const bystanderReading = { addedMs: 0.031, lost: 2, sent: 4_000 };
  const broken = receipt({
    bystanders: 12,
    bystanderReading,
    bystandersOk: false,
    why: 'a->b lost 2 probes',
  });
  const said = words(madeUpRun(verdict({ receipts: [receipt({ target: 'x->y' }), broken] })));
  expect(said).toContain('1 of 2 hold');
  expect(said).toMatch(/✗ 12 bystanders touched 0\.03 ms added at most, 2 of 4000 probes lost/);
  expect(said).toContain('left-1->right-1 : a->b lost 2 probes');
});

test('what goes by the control is asked of each target by its own figure, and says so', () => {
  const MiB = 1024 * 1024;
  const limit = (target: string, heldMiB: number, leftMiB: number) =>
    receipt({
      ...{ fault: 'p/tight', kind: 'resource.memory', target, unit: 'byte', tolerance: 4 * MiB },
      requested: leftMiB * MiB,
      control: { times: 1.2, heldBytes: heldMiB * MiB },
    });
  const event = { at: '2026-11-25T00:00:00Z', ms: 5, type: 'fault.bound', fault: 'p/tight' } as const;
  const limits = [{ node: 'right-1', heldBytes: 20 * MiB, bytes: 28 * MiB }];
  const receipts = [limit('left-1', 50, 60), limit('right-1', 20, 28)];
  const said = words(
    madeUpRun({ events: [...whole.events, { ...event, limits }], ...verdict({ receipts }) }),
  );
  expect(said).toContain('1.2 times what the control held: 28 MiB ± 4 MiB to 60 MiB ± 4 MiB');
  expect(said).toMatch(/asked 60 MiB ± 4 MiB it held 50 MiB in the control/);
  expect(said).toContain('leaves right-1 28 MiB (it held 20 MiB in the control)');
});

test('differences of one kind are one row, blocking ones first', () => {
  const difference = (node: string, kind: 'blocking' | 'allowed') => ({
    node,
    fact: `packages.dpkg.${kind}`,
    expected: '1.0-1',
    actual: kind === 'blocking' ? null : '1.0-2',
    class: kind,
    why: kind === 'allowed' ? 'a later revision' : '',
  });
  const parity = [
    difference('left-1', 'allowed'),
    difference('left-1', 'blocking'),
    difference('right-1', 'blocking'),
  ];
  const files = { 'facts/left-1.json': '{"os":{"id":"debian","version":"12"}}' };
  const said = words(madeUpRun({ files, ...verdict({ parity }) })).split('Parity with production')[1] ?? '';
  expect(said).toMatch(/3 differences from the reference\. 2 facts of 1 node/);
  expect(said).toMatch(/2 blocking[^]*absent left-1, right-1[^]*1 allowed[^]*a later revision/);
});

test('50 nodes, 2450 links and 200,000 lines of log make a page of less than 3 MB', () => {
  const nodes = Array.from({ length: 50 }, (_, index) => `node-${index}`);
  const links = nodes.flatMap((a) => nodes.filter((b) => b !== a).map((b) => `${a}->${b}`));
  const samples = Array.from({ length: 120 }, (_, index) => 80 + (index % 7));
  const plan = whole.plan;
  if (plan === null) throw new Error('the made-up run has a plan');
  const tests = Array.from({ length: 2_000 }, (_, index) => ({
    name: `test ${index} of many`,
    status: index % 10 === 0 ? ('failed' as const) : ('passed' as const),
    durationMs: 3,
    message: index % 10 === 0 ? 'said '.repeat(1_600) : '',
  }));
  const lines = Array.from({ length: 4_000 }, (_, index) =>
    journal(index * 5, `ERROR line ${index} ${'of many words '.repeat(40)}`),
  );
  const html = page(
    madeUpRun({
      plan: {
        ...plan,
        plan: { ...plan.plan, nodes: nodes.map((name) => ({ name, role: 'node', units: [] })) },
      },
      journals: Object.fromEntries(nodes.map((name) => [name, lines])),
      ...verdict({
        suites: [suite({ tests })],
        receipts: ['delay', 'jitter', 'loss', 'rate'].flatMap((fault) =>
          links.map((target) =>
            receipt({ fault, target, samples: { before: samples, during: samples, after: samples } }),
          ),
        ),
      }),
    }),
  );
  expect(html.length).toBeLessThan(3e6);
}, 30_000);

function isTearDown(event: MadeUpRun['events'][number]): boolean {
  return (event.type === 'phase.start' || event.type === 'phase.end') && event.phase === 'teardown';
}

test('what the kernel counted on nodes that a fault is not on is folded', () => {
  const part = page(whole).split('what the kernel counted')[2] ?? '';
  const [targets = '', beside = ''] = part.split('<summary>on 1 node beside</summary>');
  expect(targets).toContain('<dt>left-1</dt>');
  expect(targets).not.toContain('<dt>right-1</dt>');
  expect(beside).toContain('<dt>right-1</dt>');
});
