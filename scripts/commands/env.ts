import { execa } from 'execa';
import { join } from 'node:path';
import { EXIT, HostError, type ExitCode } from '../../infra/errors.ts';
import { isInstalled, pulumiProject } from '../../infra/places.ts';
import { printMessage, printResult } from '../output.ts';
import { engineFolder, pulumiEnvironment } from '../../infra/pulumi-environment.ts';
import { forgetEmptyStacks } from '../teardown/clusters.ts';
import { connectRunEngine } from '../teardown/run-engine.ts';
import { setup } from './setup.ts';

const devStack = 'dev';

/** Set-up, stack `dev` selected, then only `export` lines on stdout: eval "$(scripts/understudy env)". */
export async function env(): Promise<ExitCode> {
  await setup();
  await forgetEmptyStacks(await connectRunEngine());
  const variables = pulumiEnvironment();
  await selectDevStack(variables);
  if (isInstalled) printMessage(`pulumi works in ${pulumiProject}`);
  printResult(
    Object.entries(variables)
      .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
      .join('\n'),
  );
  return EXIT.pass;
}

async function selectDevStack(env: Readonly<Record<string, string>>): Promise<void> {
  const select = ['stack', 'select', '--create', '--non-interactive', devStack];
  const { exitCode, stderr } = await execa(join(engineFolder(), 'pulumi'), select, {
    cwd: pulumiProject,
    env,
    reject: false,
  });
  if (exitCode === 0) return;
  const settings = join(pulumiProject, `Pulumi.${devStack}.yaml`);
  throw new HostError('stack', `Pulumi cannot select the stack "${devStack}": ${stderr.trim()}`, {
    hint: stderr.includes('passphrase')
      ? `${settings} was made with another passphrase than ${env['PULUMI_CONFIG_PASSPHRASE_FILE'] ?? ''} holds: rm ${settings}`
      : 'understudy doctor shows what is installed',
  });
}
