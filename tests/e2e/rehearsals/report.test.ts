import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { RunFolder } from '../../../scripts/evidence/run-folder.ts';
import { readRun } from '../../../scripts/report/read-run.ts';
import { writeReport } from '../../../scripts/report/write-report.ts';
import { ensureBrowser, openBrowser } from '../../support/browser.ts';
import { faintTexts, hiddenSections, openFolds, overflow } from '../../support/page-probes.ts';
import { journal, madeUpRun, runId, suite, writeRun, type MadeUpRun } from '../../support/recorded-run.ts';
import { idleCluster, rehearsal, slowLink } from '../../support/understudy.ts';

const browser = await ensureBrowser();
const phone = { width: 390, height: 844 };
const narrow = { width: 400, height: 800 };
const between = { width: 720, height: 900 };
const desktop = { width: 1280, height: 900 };
const sections = [
  'Time line',
  'What the nodes logged',
  'Tests, beside the run without faults',
  'Receipts of the faults',
  'Parity with production',
  'Where the time went',
  'Left behind',
  'Identity and files',
];

const root = mkdtempSync(join(tmpdir(), 'understudy-report-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The page of a made-up run, as a file. */
function pageOf(name: string, run: MadeUpRun): string {
  const folder = new RunFolder(join(root, name, runId));
  writeRun(folder.path, run);
  writeReport(folder);
  return folder.file('report.html');
}

const long = 'a name that goes on and on, '.repeat(12) + 'x'.repeat(400);
const { verdict, ...rest } = madeUpRun();
const wordy: MadeUpRun = {
  ...rest,
  verdict: verdict && {
    ...verdict,
    why: [long],
    cluster: long,
    receipts: verdict.receipts.map((one) => ({ ...one, target: `${long}->b`, ok: false, why: long })),
    parity: [{ node: 'left-1', fact: long, expected: long, actual: null, class: 'blocking', why: '' }],
    suites: [
      suite({
        tests: [{ name: `<script>${long}</script>`, status: 'failed', durationMs: 1, message: long }],
      }),
    ],
    residue: [long],
  },
  journals: { 'left-1': [journal(100, `ERROR ${long}`)], [long.slice(0, 80)]: [journal(100, 'x')] },
};

if ('missing' in browser) {
  test.skip(`the report in a browser: ${browser.missing}`, () => undefined);
} else {
  describe('the report in a browser', () => {
    let context: BrowserContext & AsyncDisposable;
    beforeAll(async () => {
      context = await openBrowser(browser.path);
    });
    afterAll(async () => {
      await context[Symbol.asyncDispose]();
    });

    /** Everything that a page asked for or complained of, beside itself. */
    async function load(file: string, size: typeof phone): Promise<{ page: Page; said: string[] }> {
      const page = await context.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => said.push(`error: ${error.message}`));
      page.on('request', (request) => {
        if (request.url() !== pathToFileURL(file).href) said.push(`request: ${request.url()}`);
      });
      await page.setViewportSize(size);
      await page.goto(pathToFileURL(file).href);
      return { page, said };
    }

    const runs = [
      ['of a run that failed', 'failed', madeUpRun()],
      ['of a run that was cut off', 'cut', madeUpRun({ verdict: null, control: null })],
      ['full of long and nasty names', 'wordy', wordy],
    ] as const;
    const sizes = [
      ['phone', phone],
      ['narrow window', narrow],
      ['window between both', between],
      ['desktop', desktop],
    ] as const;
    const all = runs.flatMap(([what, name, run]) =>
      sizes.map(([screen, size]) => ({ what, name, run, screen, size })),
    );

    test.each(all)('$what, on a $screen: asks for nothing, fits, is whole', async ({ name, run, size }) => {
      const { page, said } = await load(pageOf(name, run), size);
      expect(await page.locator('h1').count()).toBe(1);
      expect(await page.locator('h2').allInnerTexts()).toEqual(expect.arrayContaining(sections));
      expect(await page.evaluate<number>(overflow)).toBeLessThanOrEqual(0);
      await page.evaluate(openFolds);
      expect(await page.evaluate<number>(overflow)).toBeLessThanOrEqual(0);
      expect(await page.evaluate<string[]>(hiddenSections)).toEqual([]);
      expect(said).toEqual([]);
      await page.close();
    });

    test.each(['light', 'dark'] as const)('every text is readable in a %s scheme', async (colorScheme) => {
      const { page } = await load(pageOf('failed', madeUpRun()), desktop);
      await page.emulateMedia({ colorScheme });
      await page.evaluate(openFolds);
      expect(await page.evaluate<string[]>(faintTexts)).toEqual([]);
      await page.close();
    });

    test('a fold opens by a click and by the keyboard', async () => {
      const { page } = await load(pageOf('failed', madeUpRun()), phone);
      const fold = page.locator('#logs details', { hasText: 'left-1' }).last();
      const line = fold.getByText('No space left on device');
      expect(await line.isVisible()).toBe(false);
      await fold.locator('summary').click();
      expect(await line.isVisible()).toBe(true);
      await page.keyboard.press('Enter');
      expect(await line.isVisible()).toBe(false);
      await page.close();
    });

    test('hovering over a bar or tapping it says what it is', async () => {
      const { page } = await load(pageOf('failed', madeUpRun()), desktop);
      const fault = page.locator('.lane.faults .fault').last();
      await fault.hover();
      expect(await fault.locator('b').isVisible()).toBe(true);
      expect(await fault.locator('b').innerText()).toMatch(
        /slow\/full \(disk\.space\): in force 9\.00 s to 12\.0 s/,
      );
      const failed = page.locator('.lane.suites .failed');
      await failed.tap();
      expect(await failed.locator('b').innerText()).toMatch(/each input has one output: failed, 3\.0 s/);
      await page.close();
    });

    test('the time line can be narrowed to the suite', async () => {
      const { page } = await load(pageOf('failed', madeUpRun()), desktop);
      const bar = page.locator('.lane.suites .suite');
      const track = page.locator('.lane.suites .track');
      const part = async (): Promise<number> =>
        ((await bar.boundingBox())?.width ?? 0) / ((await track.boundingBox())?.width ?? 1);
      expect(await part()).toBeCloseTo(0.5, 1);
      await page.getByText('while the suite ran').click();
      expect(await part()).toBeGreaterThan(0.9);
      await page.close();
    });

    test('a link from a lane leads to the node’s log, unfolded', async () => {
      const { page } = await load(pageOf('failed', madeUpRun()), desktop);
      await page.locator('.lane.nodes a', { hasText: 'left-1' }).click();
      expect(await page.locator('#logs').getByText('Started worker.service').first().isVisible()).toBe(true);
      await page.close();
    });

    test('the policy of the page refuses a request that something would make all the same', async () => {
      const { page, said } = await load(pageOf('failed', madeUpRun()), desktop);
      const answer = await page.evaluate<string>(
        "fetch('https://example.invalid/').then(() => 'sent', () => 'refused')",
      );
      expect(answer).toBe('refused');
      expect(said.join('\n')).toMatch(/Content Security Policy/);
      await page.close();
    });

    test('of a real rehearsal: asks for nothing, fits, and says what came of it', async () => {
      const { verdict: real } = await rehearsal([idleCluster, '--profile', slowLink, '--seed', '3']);
      // What the run says that it wrote is all there: the report knows the real names.
      expect(readRun(real.runFolder).unreadable).toEqual([]);
      const { page, said } = await load(real.report ?? '', phone);
      expect(await page.locator('h1').innerText()).toContain('Pass');
      expect(await page.locator('.command').innerText()).toContain(`--profile ${slowLink} --seed 3`);
      expect(await page.locator('.card').count()).toBeGreaterThan(0);
      await page.evaluate(openFolds);
      expect(await page.evaluate<number>(overflow)).toBeLessThanOrEqual(0);
      expect(said).toEqual([]);
      await page.close();
    });
  });
}
