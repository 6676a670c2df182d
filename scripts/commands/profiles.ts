import { EXIT, type ExitCode } from '../../infra/errors.ts';
import { loadProfile, profileNames } from '../../infra/spec/load.ts';
import { printJson, printResult } from '../output.ts';
import { profileWords } from './profile-words.ts';

/** `understudy profiles [NAME…]`: what the bundled profiles do, or those that are named, a path of one's own among them. */
export function profiles(options: { readonly names: readonly string[]; readonly json: boolean }): ExitCode {
  const names = options.names.length === 0 ? profileNames() : options.names;
  const all = names.map((name) => loadProfile(name).profile);
  if (options.json) printJson({ schema: 1, profiles: all });
  else printResult(all.map(profileWords).join('\n\n'));
  return EXIT.pass;
}
