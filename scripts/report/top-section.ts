import { isViolated } from '../verdict/invariant-sentences.ts';
import { coreWords } from './cores-part.ts';
import { headline, type Headline } from './headline.ts';
import { markup, type Markup } from './markup.ts';
import { counted, duration } from './quantity.ts';
import { holds } from './receipts-section.ts';
import type { RecordedRun } from './recorded-run.ts';
import { isKept } from './remains-section.ts';
import { replay } from './replay.ts';

const openReasons = 6;
const maxReasons = 100;

/** All that somebody needs who has one minute. */
export function topSection(run: RecordedRun, launcher: string): Markup {
  const said = headline(run);
  return markup`<header class="top ${said.tone}">
<p class="soft">Understudy rehearsal <bdi>${run.runId}</bdi></p>
<h1><span class="sign" aria-hidden="true">${signs[said.tone]}</span> ${said.word}</h1>
<p class="meaning">${said.meaning}</p>
${reasons(said.why)}
${(run.residue ?? []).length > 0 ? markup`<p class="bad"><b>✗ ${counted((run.residue ?? []).length, 'object')} left on this machine</b>: see <a href="#remains">left behind</a>.</p>` : null}
${crashed(run)}
${gaps(run.unreadable)}
<ul class="tiles">${tiles(run)}</ul>
<dl class="facts">${facts(run)}</dl>
${again(run, launcher)}
</header>`;
}

export const signs: Readonly<Record<Headline['tone'], string>> = { pass: '✓', fail: '✗', invalid: '?' };

function reasons(why: readonly string[]): Markup | null {
  if (why.length === 0) return null;
  const item = (reason: string): Markup => markup`<li>${reason}</li>`;
  const rest = why.slice(openReasons, maxReasons);
  const left = why.length - maxReasons;
  return markup`<ul class="why">${why.slice(0, openReasons).map(item)}</ul>
${rest.length === 0 ? null : markup`<details><summary>${why.length - openReasons} more reasons</summary><ul class="why">${rest.map(item)}${left > 0 ? item(`and ${left} more, in verdict.json`) : null}</ul></details>`}`;
}

/** No part of the verdict, and not to be missed beside it: a suite need not notice that a process crashed. */
function crashed({ cores }: RecordedRun): Markup | null {
  if (cores.length === 0) return null;
  return markup`<p class="unsure"><b>! ${coreWords(cores)}</b>: see <a href="#identity">files</a>.</p>`;
}

const openGaps = 8;

/** A page that shows less than there was must not look as if there had been no more. */
function gaps(sentences: readonly string[]): Markup | null {
  if (sentences.length === 0) return null;
  const item = (sentence: string): Markup => markup`<li>${sentence}</li>`;
  const rest = sentences.slice(openGaps);
  return markup`<div class="gaps" role="note"><p><b>? Not all that this run wrote could be read</b>, so this page shows less than there was:</p>
<ul>${sentences.slice(0, openGaps).map(item)}</ul>
${rest.length === 0 ? null : markup`<details><summary>${rest.length} more</summary><ul>${rest.map(item)}</ul></details>`}</div>`;
}

function tiles(run: RecordedRun): readonly Markup[] {
  return [
    testsTile(run),
    controlTile(run),
    receiptsTile(run),
    ...invariantsTile(run),
    parityTile(run),
    remainsTile(run),
  ];
}

type Look = 'good' | 'bad' | 'unsure' | 'soft';

function tile(to: string, name: string, look: Look, value: string, more = ''): Markup {
  return markup`<li><a href="#${to}"><span>${name}</span> <b class="${look}">${value}</b>${more === '' ? null : markup` <small>${more}</small>`}</a></li>\n`;
}

function testsTile({ suites, plan }: RecordedRun): Markup {
  const tests = suites.flatMap((suite) => suite.tests);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const skipped = tests.filter(({ status }) => status === 'skipped').length;
  const asked = plan?.plan.suites.length ?? suites.length;
  const good = suites.filter(({ status }) => status === 'passed').length;
  if (plan === null && suites.length === 0) return tile('tests', 'tests', 'unsure', 'not known');
  if (asked === 0) return tile('tests', 'tests', 'soft', 'none asked for');
  if (suites.length === 0)
    return tile('tests', 'tests', 'unsure', 'no result', `${counted(asked, 'suite')} asked for`);
  const suitesSaid = `${good} of ${counted(asked, 'suite')} passed`;
  const look: Look = suites.length < asked ? 'unsure' : good === asked ? 'good' : 'bad';
  if (tests.length === 0)
    return tile('tests', 'suites', look, `${good} of ${asked}`, 'passed, no single tests');
  return tile(
    'tests',
    'tests',
    look,
    `${passed} of ${tests.length}`,
    `${suitesSaid}${skipped > 0 ? `, ${counted(skipped, 'test')} skipped` : ''}`,
  );
}

function controlTile({ control, ending, plan }: RecordedRun): Markup {
  const name = 'without faults';
  if (control === null) {
    if (plan === null) return tile('tests', name, 'unsure', 'not known');
    const degraded = plan.plan.profiles.length > 0;
    return tile('tests', name, degraded ? 'unsure' : 'soft', degraded ? 'not looked at' : 'no faults here');
  }
  const cached = ending.kind === 'judged' && ending.verdict.control?.cached === true;
  return tile(
    'tests',
    name,
    control.verdict === 'pass' ? 'good' : 'bad',
    control.verdict,
    cached ? `cached from ${control.runId}` : `run ${control.runId}`,
  );
}

function receiptsTile({ receipts, plan, ending, events }: RecordedRun): Markup {
  const asked = (plan?.plan.schedule.length ?? 0) + (plan?.plan.conditions.length ?? 0);
  if (receipts.length === 0 && plan === null) return tile('receipts', 'receipts', 'unsure', 'not known');
  if (receipts.length === 0)
    return tile(
      'receipts',
      'receipts',
      asked > 0 ? 'unsure' : 'soft',
      'none',
      asked > 0 ? unjudged(ending, events) : 'no fault asked for',
    );
  const holding = receipts.filter(holds).length;
  return tile(
    'receipts',
    'receipts',
    holding === receipts.length ? 'good' : 'bad',
    `${holding} of ${receipts.length}`,
    'hold',
  );
}

function unjudged(ending: RecordedRun['ending'], events: RecordedRun['events']): string {
  if (events.every(({ type }) => type !== 'fault.inject')) return 'no fault came in force';
  const isInterrupted = ending.kind === 'judged' && ending.verdict.interrupted === true;
  return `${isInterrupted ? 'interrupted' : 'the run ended'} before they were judged`;
}

/** None where nothing was to hold. */
function invariantsTile({ plan, ending }: RecordedRun): readonly Markup[] {
  const asked = plan?.plan.invariants.length ?? 0;
  if (asked === 0) return [];
  const seen = ending.kind === 'judged' ? ending.verdict.invariants : [];
  const held = seen.filter((one) => one.answers > 0 && !isViolated(one)).length;
  if (seen.length === 0) return [tile('invariants', 'invariants', 'unsure', 'not known')];
  return [tile('invariants', 'invariants', held === asked ? 'good' : 'bad', `${held} of ${asked}`, 'held')];
}

function parityTile({ parity, facts, plan }: RecordedRun): Markup {
  const blocking = parity.filter((one) => one.class === 'blocking').length;
  if (blocking > 0) return tile('parity', 'parity', 'bad', `${blocking} blocking`);
  if (plan === null) return tile('parity', 'parity', 'unsure', 'not known');
  if (plan.plan.reference === null || facts.length === 0)
    return tile('parity', 'parity', 'soft', 'not compared');
  return tile(
    'parity',
    'parity',
    'good',
    parity.length === 0 ? 'no difference' : `${parity.length} differ`,
    parity.length === 0 ? '' : 'none of them blocking',
  );
}

function remainsTile(run: RecordedRun): Markup {
  if (isKept(run)) return tile('remains', 'left behind', 'soft', 'cluster kept');
  if (run.residue === null) return tile('remains', 'left behind', 'unsure', 'not known');
  const { length } = run.residue;
  return tile(
    'remains',
    'left behind',
    length === 0 ? 'good' : 'bad',
    length === 0 ? 'nothing' : counted(length, 'object'),
  );
}

function facts({ ending, plan, startedAt, endMs, runId }: RecordedRun): readonly Markup[] {
  const said =
    ending.kind === 'judged'
      ? ending.verdict
      : plan === null
        ? null
        : { ...plan.plan, planHash: plan.planHash };
  const nodes = plan?.plan.nodes.length;
  const fact = (name: string, value: string): Markup =>
    markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`;
  return [
    ...(said === null
      ? [fact('cluster', 'not known')]
      : [
          fact('cluster', `${said.cluster}${nodes === undefined ? '' : `, ${counted(nodes, 'node')}`}`),
          fact('faults', said.profiles.length === 0 ? 'none' : said.profiles.join(' + ')),
          ...Object.entries(said.variables).map(([name, value]) => fact(name, value)),
          fact('seed', String(said.seed)),
          fact('plan', said.planHash.slice(0, 12)),
        ]),
    fact(
      'began',
      startedAt === null ? `with run ${runId}` : `${startedAt.slice(0, 19).replace('T', ' ')} UTC`,
    ),
    fact('took', startedAt === null ? 'not known' : duration(endMs)),
  ];
}

function again(run: RecordedRun, launcher: string): Markup | null {
  const { ending, plan, command, folder, directory } = run;
  const said = ending.kind === 'judged' ? ending.verdict : plan?.plan;
  if (said === undefined) return null;
  return markup`<h2 class="minor">Run it again</h2><pre class="command">${[launcher, ...replay({ command, ...pick(said) })].map((word, index) => markup`${index === 0 ? null : ' '}<span>${word}</span>`)}</pre>
<p class="soft">${directory === null ? 'from the directory it was run in' : markup`in <code>${directory}</code>, where it was run`}. Its folder is <code>${folder}</code></p>`;
}

function pick({
  cluster,
  profiles,
  seed,
  variables,
}: {
  readonly cluster: string;
  readonly profiles: readonly string[];
  readonly seed: number;
  readonly variables: Readonly<Record<string, string>>;
}): Omit<Parameters<typeof replay>[0], 'command'> {
  return { cluster, profiles, seed, variables };
}
