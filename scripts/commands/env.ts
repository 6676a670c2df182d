import { execa } from 'execa';
import { join } from 'node:path';
import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { pulumiProject } from '../../infra/places.ts';
import { printResult } from '../output.ts';
import { engineFolder, pulumiEnvironment } from '../setup/pulumi-environment.ts';
import { setup } from './setup.ts';

const devStack = 'dev';

/** Set-up, stack `dev` selected, then only `export` lines on stdout: eval "$(scripts/understudy env)". */
export async function env(): Promise<ExitCode> {
  await setup();
  const variables = pulumiEnvironment();
  await execa(join(engineFolder(), 'pulumi'), ['stack', 'select', '--create', devStack], {
    cwd: pulumiProject,
    env: variables,
  });
  printResult(
    Object.entries(variables)
      .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
      .join('\n'),
  );
  return EXIT.pass;
}
