import { assertNever, UsageError } from '../../infra/errors.ts';

/** A machine whose facts are wanted, and how it is reached. */
export type CaptureTarget =
  | { readonly how: 'local' }
  | { readonly how: 'docker'; readonly container: string }
  | { readonly how: 'ssh'; readonly host: string; readonly user?: string; readonly port?: number };

const forms = 'ssh://[user@]host[:port], docker://container, or local';

/** Pure. @throws UsageError for what is none. */
export function parseCaptureTarget(text: string): CaptureTarget {
  if (text === 'local') return { how: 'local' };
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/.exec(text) ?? [];
  if (scheme === 'docker' && /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(rest))
    return { how: 'docker', container: rest };
  if (scheme === 'ssh') return sshTarget(text, rest);
  if (scheme === 'ssm')
    throw new UsageError('not-yet', `"${text}": instances over SSM are not built yet`, {
      hint: `one of ${forms}`,
    });
  throw unknownTarget(text);
}

/** Pure: as it was written, for a table and for `source.target` of its facts. */
export function targetText(target: CaptureTarget): string {
  switch (target.how) {
    case 'local':
      return 'local';
    case 'docker':
      return `docker://${target.container}`;
    case 'ssh': {
      const { user, host, port } = target;
      const shownHost = host.includes(':') ? `[${host}]` : host;
      return `ssh://${user === undefined ? '' : `${user}@`}${shownHost}${port === undefined ? '' : `:${port}`}`;
    }
    default:
      return assertNever(target);
  }
}

/** Neither host nor user may begin with "-": ssh would take it for an option. */
function sshTarget(text: string, rest: string): CaptureTarget {
  const match =
    /^(?:([A-Za-z0-9_][A-Za-z0-9_.-]*)@)?(?:([A-Za-z0-9_][A-Za-z0-9_.-]*)|\[([0-9a-fA-F:.]+(?:%[A-Za-z0-9.]+)?)\])(?::(\d{1,5}))?\/?$/.exec(
      rest,
    );
  if (match === null) throw unknownTarget(text);
  const [, user, name, address, port] = match;
  const host = name ?? address ?? '';
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) throw unknownTarget(text);
  return {
    ...{ how: 'ssh', host },
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function unknownTarget(text: string): UsageError {
  const meant = /^[\w.@-]+$/.test(text) ? `; did you mean ssh://${text} or docker://${text}?` : '';
  const hint = `one of ${forms}${meant}`;
  return new UsageError('unknown-target', `"${text}" names no machine to capture`, { hint });
}
