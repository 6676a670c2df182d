import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunEvent } from '../../scripts/evidence/event.ts';
import { countersFile, type KernelCounts } from '../../scripts/evidence/kernel-counts.ts';
import type { InvariantOutcome } from '../../scripts/invariants/outcome.ts';
import type { Receipt } from '../../scripts/verdict/receipt.ts';
import type { ControlResult } from '../../scripts/verdict/control-result.ts';
import type { Verdict } from '../../scripts/verdict/verdict.ts';
import type { PlanFile } from '../../scripts/report/recorded-run.ts';
import type { SuiteOutcome } from '../../scripts/suite/outcome.ts';

/** 2026-11-25T00:00:00Z, the zero of every run that is made up here. */
export const beganMs = Date.UTC(2026, 10, 25);
export const runId = '20261125-000000-a1b2c3';

/** What a made-up run folder holds; a file that is null is not written. */
export interface MadeUpRun {
  readonly events: readonly RunEvent[];
  readonly plan: PlanFile | null;
  readonly verdict: Verdict | null;
  readonly control: ControlResult | null;
  /** What kernels counted around faults; where there is none, no file. */
  readonly counters: readonly KernelCounts[];
  /** Lines of each node's journal. */
  readonly journals: Readonly<Record<string, readonly string[]>>;
  /** Other files, by their path in the folder. */
  readonly files: Readonly<Record<string, string>>;
}

/** A run of 20 s on two nodes: a delay the whole time, a full disk for a while, two suites of which one fails. */
export function madeUpRun(changes: Partial<MadeUpRun> = {}): MadeUpRun {
  return {
    events,
    plan,
    verdict,
    control,
    counters,
    journals: {
      'left-1': [
        journal(2_100, 'Started worker.service - Worker.', { unit: 'worker.service', id: started }),
        journal(9_050, 'OSError: [Errno 28] No space left on device'),
        journal(9_300, 'worker.service: Main process exited', {
          unit: 'worker.service',
          id: exited,
          code: 'killed 9',
        }),
      ],
      'right-1': [journal(2_200, 'nothing of note')],
    },
    files: { 'suites/checks/stderr.log': 'expected 2, got 1\n', 'invariants.jsonl': '' },
    ...changes,
  };
}

export function writeRun(folder: string, run: MadeUpRun): void {
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put('events.jsonl', '');
  for (const event of run.events) {
    appendFileSync(join(folder, 'events.jsonl'), `${JSON.stringify(event)}\n`);
  }
  if (run.plan !== null) put('plan.json', JSON.stringify(run.plan));
  if (run.verdict !== null) {
    put('verdict.json', JSON.stringify(run.verdict));
    put('junit.xml', '<testsuites/>');
    for (const one of run.verdict.suites)
      if (isFileName(one.suite)) put(join('suites', one.suite, 'outcome.json'), JSON.stringify(one));
  }
  if (run.control !== null) put('control.json', JSON.stringify(run.control));
  if (run.counters.length > 0)
    put(countersFile, run.counters.map((line) => `${JSON.stringify(line)}\n`).join(''));
  for (const [node, lines] of Object.entries(run.journals)) {
    put(join('nodes', node, 'journal.jsonl'), lines.map((line) => `${line}\n`).join(''));
  }
  for (const [path, text] of Object.entries(run.files)) put(path, text);
}

/** Suites of a made-up verdict may have names that no spec may give. */
function isFileName(name: string): boolean {
  return /^[a-z-]+$/.test(name);
}

export const started = '39f53479d3a045ac8e11786248231fbf';
export const exited = '98e322203f7a4ed290d09fe03c09fe15';

/** One line of a journal as journalctl prints it, `ms` after the run began. */
export function journal(
  ms: number,
  message: string,
  systemd?: { readonly unit: string; readonly id: string; readonly code?: string },
  priority = 6,
): string {
  const [exitCode, exitStatus] = systemd?.code?.split(' ') ?? [];
  return JSON.stringify({
    __REALTIME_TIMESTAMP: String((beganMs + ms) * 1000),
    MESSAGE: message,
    PRIORITY: String(priority),
    SYSLOG_IDENTIFIER: systemd === undefined ? 'python3' : 'systemd',
    _SYSTEMD_UNIT: systemd === undefined ? 'worker.service' : 'init.scope',
    ...(systemd === undefined ? {} : { UNIT: systemd.unit, MESSAGE_ID: systemd.id }),
    ...(exitCode === undefined ? {} : { EXIT_CODE: exitCode, EXIT_STATUS: exitStatus }),
  });
}

function countedAt(
  ms: number,
  fault: string,
  node: string,
  moment: KernelCounts['moment'],
  counts: KernelCounts['counts'],
): KernelCounts {
  const when = { at: new Date(beganMs + ms).toISOString(), ms };
  return {
    ...when,
    fault,
    node,
    isTarget: fault === 'slow/delay' || node === 'left-1',
    moment,
    counts,
    absent: '',
  };
}

const counters: readonly KernelCounts[] = [
  countedAt(2_950, 'slow/delay', 'left-1', 'begin', { 'Tcp.InSegs': 40, 'Tcp.RetransSegs': 1 }),
  countedAt(2_950, 'slow/delay', 'right-1', 'begin', { 'Tcp.InSegs': 40 }),
  countedAt(8_990, 'slow/full', 'left-1', 'begin', { 'Tcp.InSegs': 900, 'memory.oomKills': 1 }),
  countedAt(8_990, 'slow/full', 'right-1', 'begin', { 'Tcp.InSegs': 900 }),
  countedAt(12_010, 'slow/full', 'left-1', 'end', { 'Tcp.InSegs': 12, 'cpu.throttledMs': 40 }),
  { ...countedAt(12_010, 'slow/full', 'right-1', 'end', {}), absent: 'right-1 side-car showed no counters' },
  countedAt(19_000, 'slow/delay', 'left-1', 'end', { 'Tcp.InSegs': 1640, 'Tcp.RetransSegs': 24 }),
  countedAt(19_000, 'slow/delay', 'right-1', 'end', { 'Tcp.InSegs': 1640, 'Tcp.CurrEstab': 2 }),
];

type Body<E = RunEvent> = E extends RunEvent ? Omit<E, 'at' | 'ms'> : never;

export function at(ms: number, body: Body): RunEvent {
  return { at: new Date(beganMs + ms).toISOString(), ms, ...body };
}

const links = ['left-1->right-1', 'right-1->left-1'];
const disks = ['left-1:/var/lib/node'];

const events: readonly RunEvent[] = [
  at(0, {
    type: 'run',
    runId,
    command: ['run', './two nodes.yaml', '--profile', 'slow', '--seed', '7', '--suite', 'checks', '--json'],
  }),
  at(10, { type: 'phase.start', phase: 'provision' }),
  at(1_500, { type: 'node', node: 'left-1', state: 'running' }),
  at(1_600, { type: 'node', node: 'right-1', state: 'running' }),
  at(1_700, { type: 'phase.end', phase: 'provision', ok: true, why: '' }),
  at(1_700, { type: 'phase.start', phase: 'inject' }),
  at(3_000, { type: 'fault.inject', fault: 'slow/delay', targets: links, tookMs: 40 }),
  at(5_000, { type: 'phase.end', phase: 'inject', ok: true, why: '' }),
  at(5_000, { type: 'invariant.start', invariant: 'queue-answers', nodes: ['left-1'] }),
  at(5_000, { type: 'phase.start', phase: 'suite' }),
  at(5_000, { type: 'suite.start', suite: 'checks' }),
  at(9_000, { type: 'fault.inject', fault: 'slow/full', targets: disks, tookMs: 9 }),
  at(9_440, {
    type: 'invariant.broken',
    invariant: 'queue-answers',
    nodes: ['left-1'],
    exitCode: 1,
    words: 'no space left',
    faults: ['slow/delay', 'slow/full'],
    isViolation: false,
  }),
  at(12_000, { type: 'fault.heal', fault: 'slow/full', targets: disks, tookMs: 8 }),
  at(13_240, { type: 'invariant.holds', invariant: 'queue-answers', nodes: ['left-1'], brokenMs: 3_840 }),
  at(15_000, { type: 'suite.end', suite: 'checks', status: 'failed' }),
  at(15_000, { type: 'phase.end', phase: 'suite', ok: true, why: '' }),
  at(15_000, { type: 'phase.start', phase: 'heal' }),
  at(15_100, { type: 'fault.heal', fault: 'slow/delay', targets: links, tookMs: 30 }),
  at(18_900, { type: 'invariant.end', invariant: 'queue-answers', answers: 18 }),
  at(19_000, { type: 'phase.end', phase: 'heal', ok: true, why: '' }),
  at(19_000, { type: 'phase.start', phase: 'teardown' }),
  at(20_000, { type: 'phase.end', phase: 'teardown', ok: true, why: '' }),
];

const hashes = {
  planHash: 'a'.repeat(64),
  scheduleHash: 'b'.repeat(64),
  controlHash: 'c'.repeat(64),
};

const plan: PlanFile = {
  ...hashes,
  plan: {
    cluster: 'two-nodes',
    seed: 7,
    variables: { application: 'naive' },
    profiles: ['slow'],
    nodes: ['left', 'right'].map((role) => ({ name: `${role}-1`, role, units: ['worker'] })),
    conditions: [],
    schedule: [
      { id: 'slow/delay', fault: { kind: 'network.delay' }, targets: links, startMs: null, endMs: null },
      { id: 'slow/full', fault: { kind: 'disk.space' }, targets: disks, startMs: 3_900, endMs: 7_000 },
    ],
    suites: [{ name: 'checks' }],
    invariants: [{ name: 'queue-answers' }],
    reference: null,
  },
};

export function receipt(changes: Partial<Receipt> = {}): Receipt {
  return {
    fault: 'slow/delay',
    kind: 'network.delay',
    target: 'left-1->right-1',
    requested: 80,
    measured: { before: 0.1, during: 80.4, after: 0.1 },
    unit: 'ms',
    n: 400,
    tolerance: 4,
    ok: true,
    bystandersOk: true,
    healedOk: true,
    bystanders: 0,
    injectedAtMs: null,
    healedAtMs: null,
    injectTookMs: 40,
    healTookMs: 30,
    driver: 'nfqueue',
    why: '',
    samples: { before: [0.1, 0.2], during: [80, 81], after: [0.1, 0.1] },
    ...changes,
  };
}

export function suite(changes: Partial<SuiteOutcome> = {}): SuiteOutcome {
  return {
    suite: 'checks',
    status: 'failed',
    exitCode: 1,
    startedAtMs: 5_000,
    endedAtMs: 15_000,
    why: '"each input has one output"',
    tests: [
      { name: 'the queue answers', status: 'passed', durationMs: 200, message: '' },
      {
        name: 'each input has one output',
        status: 'failed',
        durationMs: 3_000,
        message: 'expected 2, got 1',
      },
    ],
    ...changes,
  };
}

const queue: InvariantOutcome = {
  invariant: 'queue-answers',
  role: 'left',
  holdsOn: 'each',
  during: 'no-fault',
  answers: 18,
  slowestMs: 41,
  broke: 1,
  violations: 0,
  breaks: [
    {
      nodes: ['left-1'],
      fromMs: 9_400,
      toMs: 13_240,
      exitCode: 1,
      words: 'no space left',
      faults: ['slow/delay', 'slow/full'],
      violatedAtMs: null,
    },
  ],
  recoveries: [
    {
      fault: 'slow/full',
      healedAtMs: 12_000,
      broke: true,
      afterMs: 1_240,
      limitMs: 5_000,
      ok: true,
      why: '',
    },
  ],
};

const control: ControlResult = {
  runId: '20261124-235900-0c0c0c',
  invariants: [{ ...queue, answers: 12, slowestMs: 38, broke: 0, breaks: [], recoveries: [] }],
  memoryHeld: {},
  verdict: 'pass',
  why: [],
  suites: [
    suite({
      status: 'passed',
      exitCode: 0,
      endedAtMs: 7_000,
      why: '',
      tests: suite().tests.map((test) => ({ ...test, status: 'passed', durationMs: 100, message: '' })),
    }),
  ],
};

const disk = {
  fault: 'slow/full',
  kind: 'disk.space',
  target: 'left-1:/var/lib/node',
  requested: 0,
  measured: { before: 16_777_216, during: 0, after: 16_777_216 },
  unit: 'byte',
  n: 1,
  tolerance: 1_048_576,
  injectedAtMs: 4_000,
  healedAtMs: 7_000,
  driver: 'diskfill',
  samples: { before: [16_777_216], during: [0], after: [16_777_216] },
} satisfies Partial<Receipt>;

const verdict: Verdict = {
  schema: 1,
  verdict: 'fail',
  why: ['suite checks failed: "each input has one output"'],
  runId,
  cluster: 'two-nodes',
  profiles: ['slow'],
  variables: { application: 'naive' },
  seed: 7,
  ...hashes,
  control: { verdict: 'pass', runId: control.runId, cached: true },
  receipts: [receipt(), receipt({ target: 'right-1->left-1' }), receipt(disk)],
  parity: [],
  suites: [suite()],
  invariants: [{ ...queue, control: { answers: 12, broke: 0, slowestMs: 38 } }],
  leftovers: [],
  residue: [],
  phasesMs: {},
  runFolder: '/somewhere/.runs/20261125-000000-a1b2c3',
  report: '/somewhere/.runs/20261125-000000-a1b2c3/report.html',
};
