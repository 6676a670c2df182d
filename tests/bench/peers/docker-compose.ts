import { execa } from 'execa';
import { installPackages, isInstalled } from '../../../scripts/setup/debian-packages.ts';
import { mayInstall } from '../../../scripts/setup/installing.ts';
import type { RunEngine } from '../../../scripts/teardown/tear-down.ts';
import { composeFile, composeProject } from '../compose-file.ts';
import { startCommand } from './command.ts';
import type { Competitor } from './contender.ts';
import { openPeerRun } from './peer-run.ts';
import { messageOf } from '../../../infra/errors.ts';

/** Why it is not there, or the peer. Debian's package is version 1: its successor comes from Docker alone. */
export async function dockerCompose(engine: RunEngine): Promise<Competitor | string> {
  if (!(await isInstalled('docker-compose'))) {
    if (!mayInstall()) return 'not installed: apt-get install docker-compose';
    try {
      await installPackages(['docker-compose']);
    } catch (error) {
      return messageOf(error);
    }
  }
  const { stdout: version } = await execa('docker-compose', ['version', '--short']);
  return {
    name: 'docker-compose',
    description: `docker-compose ${version} (Debian's package; v1, of 2021, ended in 2023), stop without grace`,
    async open({ loaded, signal }) {
      const run = await openPeerRun(engine, loaded);
      run.folder.writeText('docker-compose.json', composeFile(run.cluster));
      const file = run.folder.file('docker-compose.json');
      const start = (...argv: readonly string[]) =>
        startCommand(
          'docker-compose',
          ['--file', file, '--project-name', composeProject(run.cluster), '--no-ansi', ...argv],
          { env: run.env, signal },
        );
      return {
        up: () => start('up', '--detach'),
        // `sleep` as process 1 ignores SIGTERM; every contender kills at once.
        down: () => start('down', '--timeout', '0'),
        [Symbol.asyncDispose]: async () => run[Symbol.asyncDispose](),
      };
    },
  };
}
