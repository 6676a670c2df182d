import { shellWord } from './shell-word.ts';

interface Replayed {
  /** What was typed behind `understudy`. */
  readonly command: readonly string[];
  readonly cluster: string;
  readonly profiles: readonly string[];
  readonly seed: number;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The words behind `understudy`, quoted for a shell, that rehearse the same again: as they were typed, since only that
 * names files and suites as the user did, with the seed written out. A control's own page names no profile, whatever the command was that asked for it.
 */
export function replay(run: Replayed): readonly string[] {
  return argvOf(run).map(shellWord);
}

function argvOf(run: Replayed): readonly string[] {
  const [verb, ...argv] = run.command;
  if (verb === 'run') return ['run', ...again(argv, run)];
  if (verb === 'doctor') return run.command;
  const options = [
    ...run.profiles.flatMap((name) => ['--profile', name]),
    ...['--seed', String(run.seed)],
    ...Object.entries(run.variables).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
  ];
  return ['run', run.cluster, ...options];
}

function again(argv: readonly string[], { profiles, seed }: Replayed): readonly string[] {
  const kept = argv.flatMap((word, index) => {
    if (word === '--json') return [];
    const isProfile =
      word.startsWith('--profile=') || word === '--profile' || argv[index - 1] === '--profile';
    return profiles.length === 0 && isProfile ? [] : [word];
  });
  const seeded = kept.some((word) => word === '--seed' || word.startsWith('--seed='));
  return seeded ? kept : [...kept, '--seed', String(seed)];
}
