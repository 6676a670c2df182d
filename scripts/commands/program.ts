import { Command, CommanderError, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../infra/errors.ts';
import { packageRoot } from '../../infra/places.ts';
import type { ClusterChoice } from '../teardown/inventory.ts';
import { assignment, collect, port, seed } from './flag-values.ts';
import type { CaptureCommand } from './capture.ts';
import type { RunCommand } from './run.ts';

/** Verbs of the design that later versions bring: asked for, they say so instead of being unknown. */
const notYet = [
  'init',
  'nightly',
  'history',
  'image',
  'drift',
  'lock',
  'bisect',
  'reproduce',
  'diff',
  'shrink',
  'prune',
  'watch',
] as const;

/**
 * The command line as data. Implementations are imported when their verb is called, so that `understudy --help` and
 * the short verbs start without loading Pulumi or Docker clients.
 */
export function program(): Command {
  const root = new Command('understudy')
    .description('Stands throwaway clusters in for production: degraded on purpose, tested, explained, gone.')
    .version(version())
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError();

  rehearsalVerbs(root);
  clusterVerbs(root);
  productionVerbs(root);
  hostVerbs(root);
  for (const verb of notYet) {
    root
      .command(verb, { hidden: true })
      .argument('[words...]')
      .allowUnknownOption()
      .action(() => {
        throw new UsageError('not-yet', `"${verb}" is not built yet`, {
          hint: 'understudy --help lists what is',
        });
      });
  }
  return root;
}

/** What went wrong in the program's own words: commander's are turned into a UsageError; null where nothing did. */
export function userError(error: unknown, argv: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return error;
  // Help and version have been printed, and end with 0.
  if (error.exitCode === 0) return null;
  const [, said = '', meant] =
    /^(?:error: )?([^]*?)(?:\n\(Did you mean (.*)\?\))?$/.exec(error.message) ?? [];
  const verb = program().commands.find((command) => command.name() === argv[0]);
  const help = `understudy ${verb === undefined ? '' : `${verb.name()} `}--help`;
  return new UsageError('usage', said, {
    hint: meant === undefined ? help : `did you mean ${meant}? ${help}`,
  });
}

function rehearsalVerbs(root: Command): void {
  root
    .command('run')
    .description('rehearse: cluster up, faults in, suites run, evidence saved, cluster gone')
    .argument('<cluster>', 'a name in infra/clusters, or the path of a cluster.yaml')
    .option('--profile <name>', 'faults to inject; repeatable', collect, [])
    .option('--seed <n>', 'what the schedule is drawn from', seed, 1)
    .option('--suite <name>', 'a suite of the spec; repeatable; all by default', collect, [])
    .option('--set <name=value>', 'value of a declared variable; repeatable', assignment, {})
    .addOption(
      new Option('--control <when>', 'fault-free run of the same plan')
        .choices(['always', 'cached', 'never'])
        .default('cached'),
    )
    .addOption(
      new Option('--keep <when>', 'leave the cluster up')
        .choices(['always', 'on-failure', 'never'])
        .default('never'),
    )
    .addOption(new Option('--backend <name>').choices(['docker', 'aws']).default('docker'))
    .option('--pcap', "capture the nodes' traffic; payloads are not redacted", false)
    .option('--dry-run', 'print the plan and stop', false)
    .option('--json', 'one JSON object on stdout', false)
    .action(async (cluster: string, options: Omit<RunCommand, 'cluster'>) => {
      const { run } = await import('./run.ts');
      process.exitCode = await run({ cluster, ...options });
    });
  root
    .command('report')
    .description('render the report of a run folder again')
    .argument('<run>', 'run id, or path of a run folder')
    .option('--json', 'one JSON object on stdout', false)
    .action(async (run: string, options: { readonly json: boolean }) => {
      const { report } = await import('./report.ts');
      process.exitCode = await report({ run, ...options });
    });
  root
    .command('profiles')
    .description('what the bundled profiles do, or those that are named')
    .argument('[name...]', 'a name in infra/profiles, or the path of a file of your own')
    .option('--json', 'one JSON object on stdout', false)
    .action(async (names: readonly string[], options: { readonly json: boolean }) => {
      const { profiles } = await import('./profiles.ts');
      process.exitCode = profiles({ names, ...options });
    });
  root
    .command('schema')
    .description('print a JSON Schema')
    .argument('<name>', 'verdict, cluster, stack, profile, facts, handle or incident')
    .action(async (name: string) => {
      const { schema } = await import('./schema.ts');
      process.exitCode = schema(name);
    });
}

function clusterVerbs(root: Command): void {
  root
    .command('up')
    .description('bring a cluster up and leave it running')
    .argument('[cluster]', 'a name in infra/clusters, or the path of a cluster.yaml', 'thumbnails')
    .option('--seed <n>', 'part of what names the plan', seed, 1)
    .option('--set <name=value>', 'value of a declared variable; repeatable', assignment, {})
    .option('--ttl <duration>', 'how long it may live, such as 90m or 8h', '8h')
    .option('--json', 'one JSON object on stdout', false)
    .action(
      async (
        cluster: string,
        options: { seed: number; set: Record<string, string>; ttl: string; json: boolean },
      ) => {
        const { up } = await import('./up.ts');
        process.exitCode = await up({ cluster, ...options });
      },
    );
  choosing(root.command('down').description('take a cluster down'))
    .option('--json', 'one JSON object on stdout', false)
    .action(async (options: ClusterChoice & { readonly json: boolean }) => {
      const { down } = await import('./down.ts');
      process.exitCode = await down(options);
    });
  root
    .command('ls')
    .description('list clusters')
    .option('--json', 'one JSON object on stdout', false)
    .action(async (options: { readonly json: boolean }) => {
      const { ls } = await import('./ls.ts');
      process.exitCode = await ls(options);
    });
  choosing(root.command('exec').description('run a command in a node: exec NODE -- ARGV'))
    .argument('<node>')
    .argument('<argv...>')
    .option('--user <name>', 'account in the node')
    .passThroughOptions()
    .action(async (node: string, argv: string[], options: ClusterChoice & { readonly user?: string }) => {
      const { exec } = await import('./exec.ts');
      process.exitCode = await exec({ node, argv, ...options });
    });
  choosing(root.command('logs').description("a node's journal or container log"))
    .argument('<node>')
    .option('-f, --follow', 'go on as lines come', false)
    .action(async (node: string, options: ClusterChoice & { readonly follow: boolean }) => {
      const { logs } = await import('./logs.ts');
      process.exitCode = await logs({ node, ...options });
    });
  choosing(root.command('forward').description("a node's port on this machine's loopback, until Ctrl-C"))
    .argument('<node>')
    .argument('<port>', 'where something listens in the node', port)
    .option('--host-port <n>', 'a free one by default', port)
    .action(async (node: string, port: number, options: ClusterChoice & { readonly hostPort?: number }) => {
      const { forward } = await import('./forward.ts');
      process.exitCode = await forward({ node, port, ...options });
    });
  choosing(root.command('parity').description('in what the nodes that are up are not what production is'))
    .argument('[cluster]', 'refuse where another cluster than this one is up')
    .option('--reference <file>', "facts captured from production; the spec's own by default")
    .option('--json', 'one JSON object on stdout', false)
    .action(
      async (
        cluster: string | undefined,
        options: ClusterChoice & { readonly reference?: string; readonly json: boolean },
      ) => {
        const { parity } = await import('./parity.ts');
        process.exitCode = await parity({ ...(cluster === undefined ? {} : { cluster }), ...options });
      },
    );
  choosing(root.command('extend').description('say how much longer a cluster may live'))
    .argument('<duration>', 'from now, such as 2h')
    .argument('[reason]')
    .option('--json', 'one JSON object on stdout', false)
    .action(
      async (
        duration: string,
        reason: string | undefined,
        options: ClusterChoice & { readonly json: boolean },
      ) => {
        const { extend } = await import('./extend.ts');
        process.exitCode = await extend({
          duration,
          ...(reason === undefined ? {} : { reason }),
          ...options,
        });
      },
    );
  root
    .command('reap')
    .description('destroy what dead or expired runs of yours left behind')
    .option('--dry-run', 'only list it', false)
    .option('--json', 'one JSON object on stdout', false)
    .action(async (options: { readonly dryRun: boolean; readonly json: boolean }) => {
      const { reap } = await import('./reap.ts');
      process.exitCode = await reap(options);
    });
}

function productionVerbs(root: Command): void {
  root
    .command('capture')
    .description("what production's machines are, as facts; reads only, and leaves nothing there")
    .argument('<target...>', 'ssh://[user@]host[:port], docker://container, or local')
    .option('--out <path>', 'a folder for a file each, or a .json for one machine; stdout by default')
    .option('--ssh-config <file>', "as ssh_config(5); the user's own by default")
    .action(async (targets: readonly string[], options: Omit<CaptureCommand, 'targets'>) => {
      const { capture } = await import('./capture.ts');
      process.exitCode = await capture({ targets, ...options });
    });
}

function hostVerbs(root: Command): void {
  root
    .command('doctor')
    .description('what is installed, and what this machine can honestly emulate')
    .argument('[cluster]')
    .option('--profile <name>', 'can it be honoured here? repeatable', collect, [])
    .option('--calibrate', 'measure the network drivers', false)
    .option('--json', 'one JSON object on stdout', false)
    .action(
      async (
        cluster: string | undefined,
        options: { profile: string[]; calibrate: boolean; json: boolean },
      ) => {
        const { doctor } = await import('./doctor.ts');
        process.exitCode = await doctor({ ...(cluster === undefined ? {} : { cluster }), ...options });
      },
    );
  root
    .command('env')
    .description('set up, then print what plain `npx pulumi up` needs: eval "$(understudy env)"')
    .action(async () => {
      const { env } = await import('./env.ts');
      process.exitCode = await env();
    });
  root
    .command('setup')
    .description('bring what is missing: Docker Engine, Pulumi engine and plugin, base image')
    .action(async () => {
      const { setup } = await import('./setup.ts');
      process.exitCode = await setup();
    });
}

function choosing(command: Command): Command {
  return command
    .option('--run <id>', 'which cluster, by run id')
    .option('--stack <name>', 'which cluster, by stack');
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '?';
}
