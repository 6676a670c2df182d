import { z } from 'zod';
import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import { Handle } from '../../infra/handle.ts';
import { Cluster } from '../../infra/spec/cluster.ts';
import { Facts } from '../../infra/spec/facts.ts';
import { printResult } from '../output.ts';
import { Verdict } from '../rehearsal/verdict.ts';

const published = { verdict: Verdict, cluster: Cluster, facts: Facts, handle: Handle } as const;

/** JSON Schema of a file that we write or read, for editors and other programs. */
export function schema(name: string): ExitCode {
  if (name === 'incident')
    throw new UsageError('not-yet', 'incidents are not built yet', {
      hint: 'verdict, cluster, facts or handle',
    });
  if (!isPublished(name))
    throw new UsageError('unknown-schema', `there is no schema "${name}"`, {
      hint: Object.keys(published).join(', '),
    });
  printResult(
    JSON.stringify(z.toJSONSchema(published[name], { io: 'input', unrepresentable: 'any' }), null, 2),
  );
  return EXIT.pass;
}

function isPublished(name: string): name is keyof typeof published {
  return name in published;
}
