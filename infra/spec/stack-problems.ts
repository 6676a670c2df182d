import { isByDigest, reachesLogins, type Stack } from '../../images/stack.ts';
import type { Problem } from '../errors.ts';
import { accountProblems } from './account-problems.ts';
import type { SpecDocument } from './document.ts';
import { missingSources, type Surroundings } from './missing-files.ts';
import { problemAt } from './problems.ts';
import { unreachable } from './semantics.ts';

/** What the schema of a stack cannot say: a base that is nothing, files that are not there, accounts that clash. */
export function stackProblems(document: SpecDocument, stack: Stack, there: Surroundings): readonly Problem[] {
  const { base, accounts, files, environment, init } = stack;
  const baseless = isByDigest(base) || there.whyNoFile(`${base}/stack.yaml`) === null ? [] : [base];
  return [
    ...baseless.map((name) =>
      problemAt(document, ['base'], {
        code: 'base',
        message: `base "${name}" is neither named by digest nor a folder with a stack.yaml`,
        hint: 'name:tag@sha256: and 64 hex digits, or a folder relative to this file',
      }),
    ),
    ...accountProblems(document, accounts),
    ...Object.entries(environment)
      .filter(([, value]) => init === 'systemd' && !reachesLogins(value))
      .map(([name]) => {
        const [message, hint] = unreachable(name);
        return problemAt(document, ['environment', name], { code: 'environment', message, hint });
      }),
    ...missingSources(document, ['files'], files, there),
  ];
}
