import { isInstalled } from '../../infra/places.ts';
import type { RunFolder } from '../evidence/run-folder.ts';
import { readRun } from './read-run.ts';
import type { RecordedRun } from './recorded-run.ts';
import { renderReport } from './report.ts';

/** How the command is called from where the page is read. */
const launcher = isInstalled ? 'npx understudy' : 'scripts/understudy';

/** report.html from the run folder and nothing else: the same folder makes the same bytes. */
export function writeReport(folder: RunFolder): RecordedRun {
  const run = readRun(folder.path);
  folder.writeText('report.html', renderReport(run, launcher));
  return run;
}
