import { existsSync, readFileSync, statSync } from 'node:fs';
import { HostError, UsageError } from '../errors.ts';
import { ReferenceFacts } from './facts.ts';

/**
 * Captured facts of production, one machine a role.
 * @throws UsageError (64) where the file is none, or holds facts of one of our own nodes: those prove nothing.
 */
export function loadReference(file: string): ReferenceFacts {
  if (!existsSync(file) || !statSync(file).isFile())
    throw new UsageError('reference-missing', `there is no reference ${file}`, {
      hint: 'give the path of facts captured from production',
    });
  const parsed = ReferenceFacts.safeParse(json(file));
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    throw new UsageError(
      'reference',
      `${file} holds no facts: ${first?.path.join('.') ?? ''}: ${first?.message ?? ''}`,
      { hint: 'understudy schema facts shows what it must be' },
    );
  }
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

function json(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw new HostError('reference-unreadable', `${file} cannot be read: ${String(error)}`, {
      hint: 'check its owner and mode',
    });
  }
}
