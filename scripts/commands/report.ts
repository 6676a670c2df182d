import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import { runsRoot } from '../../infra/places.ts';
import { RunFolder } from '../evidence/run-folder.ts';
import { printJson, printMessage, printResult } from '../output.ts';
import { writeReport } from '../report/write-report.ts';

/** What every run folder has one of, however early the run ended. */
const marks = ['events.jsonl', 'plan.json', 'verdict.json'] as const;

/** Renders report.html again, from the run folder alone; of a run that was cut off, from what there is. */
export async function report({
  run,
  json,
}: {
  readonly run: string;
  readonly json: boolean;
}): Promise<ExitCode> {
  const isPath = run.includes('/') || existsSync(run);
  const path = isPath ? run : join(runsRoot(), run);
  if (!marks.some((mark) => existsSync(join(path, mark)))) {
    throw new UsageError('unknown-run', `${path} is no run folder: it has none of ${marks.join(', ')}`, {
      hint: `give a run's id (a folder in ${runsRoot()}) or the path of its folder`,
    });
  }
  const folder = new RunFolder(path);
  const { unreadable } = writeReport(folder);
  if (json) printJson({ schema: 1, report: folder.file('report.html'), unreadable });
  else {
    for (const gap of unreadable) printMessage(`not shown: ${gap}`);
    printResult(folder.file('report.html'));
  }
  return await Promise.resolve(EXIT.pass);
}
