import type { z } from 'zod';
import { Stack } from '../../images/stack.ts';
import { EXIT, UsageError, type ExitCode } from '../../infra/errors.ts';
import { Handle } from '../../infra/handle.ts';
import { suggestion } from '../../infra/spec/allowed.ts';
import { Cluster } from '../../infra/spec/cluster.ts';
import { Profile } from '../../infra/spec/fault.ts';
import { Facts } from '../../infra/spec/facts.ts';
import { jsonSchemaOf } from '../../infra/spec/json-schema.ts';
import { printResult } from '../output.ts';
import { Verdict } from '../verdict/verdict.ts';

const published = {
  verdict: Verdict,
  cluster: Cluster,
  stack: Stack,
  profile: Profile,
  facts: Facts,
  handle: Handle,
} as const;

/** Prints the JSON Schema of a file that we write or read, for editors and other programs. */
export function schema(name: string): ExitCode {
  printResult(JSON.stringify(publishedSchema(name), null, 2));
  return EXIT.pass;
}

export function publishedSchema(name: string): z.core.JSONSchema.BaseSchema {
  const names = Object.keys(published);
  if (name === 'incident')
    throw new UsageError('not-yet', 'incidents are not built yet', { hint: `one of ${names.join(', ')}` });
  if (!isPublished(name))
    throw new UsageError('unknown-schema', `there is no schema "${name}"`, { hint: suggestion(name, names) });
  return jsonSchemaOf(published[name]);
}

function isPublished(name: string): name is keyof typeof published {
  return Object.hasOwn(published, name);
}
