import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import { runsRoot } from '../../infra/places.ts';
import { RunFolder } from '../evidence/run-folder.ts';
import { printJson, printResult } from '../output.ts';
import { renderReport } from '../report/report.ts';

/** Renders report.html again, from the run folder alone. */
export async function report({
  run,
  json,
}: {
  readonly run: string;
  readonly json: boolean;
}): Promise<ExitCode> {
  const path = run.includes('/') ? run : join(runsRoot(), run);
  if (!existsSync(join(path, 'verdict.json'))) {
    throw new UsageError('unknown-run', `${path} holds no verdict.json`, {
      hint: 'give the id or the folder of a run that ended',
    });
  }
  const folder = new RunFolder(path);
  folder.writeText('report.html', renderReport(folder));
  if (json) printJson({ schema: 1, report: folder.file('report.html') });
  else printResult(folder.file('report.html'));
  return await Promise.resolve(EXIT.pass);
}
