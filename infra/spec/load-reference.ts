import { UsageError } from '../errors.ts';
import { readAuthorFile, whyNoFile } from './author-file.ts';
import { child } from './allowed.ts';
import { ReferenceFacts } from './facts.ts';
import { everyObjectHas } from './yaml-problems.ts';

/**
 * Captured facts of production, one machine a role.
 * @throws UsageError (64) where the file is none, or holds facts of one of our own nodes: those prove nothing.
 */
export function loadReference(file: string): ReferenceFacts {
  const not = whyNoFile(file);
  if (not !== null)
    throw new UsageError(
      'reference-missing',
      not.missing ? `there is no reference ${file}` : `reference ${file} ${not.why}`,
      { hint: 'give the path of facts captured from production' },
    );
  const value = json(file);
  const parsed = ReferenceFacts.safeParse(value);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    const why =
      value === undefined ? 'it is not JSON' : `${first?.path.join('.') ?? ''}: ${first?.message ?? ''}`;
    throw new UsageError('reference', `${file} holds no facts: ${why}`, {
      hint: 'understudy schema facts shows what it must be',
    });
  }
  const reserved = rolesOf(value).find(everyObjectHas);
  if (reserved !== undefined)
    throw new UsageError(
      'reference',
      `${file}: no role can be called "${reserved}": every map has something of that name already`,
      {
        hint: 'roles in the reference have the names that they have in cluster.yaml',
      },
    );
  for (const [role, { source }] of Object.entries(parsed.data.roles)) {
    if (source.understudyNode)
      throw new UsageError(
        'reference-of-our-own',
        `${file}: the facts of role "${role}" were captured from one of Understudy's own nodes (${source.target})`,
        { hint: 'capture them from production: a node compared with a node proves nothing' },
      );
  }
  return parsed.data;
}

/** As they are written: the schema has dropped what it cannot hold. */
function rolesOf(value: unknown): readonly string[] {
  const roles = child(value, 'roles');
  return typeof roles === 'object' && roles !== null ? Object.keys(roles) : [];
}

function json(file: string): unknown {
  const text = new TextDecoder().decode(readAuthorFile(file));
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
