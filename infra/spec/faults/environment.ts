import { z } from 'zod';
import { absolutePath, accountName, environmentName, fileMode, oneLine } from '../../../images/stack.ts';
import { onNodes, onUnits } from './targets.ts';
import { timing } from './timing.ts';

const onUnit = { ...timing, ...onUnits };
const account = accountName.refine((name) => name !== 'root', 'any account but root, which may do all of it');
const onAccount = { ...timing, ...onNodes, account };

/** As a stack's; those of 1 to 999 may be taken by the system. Not 0, which is root and may do all of it. */
const uid = z.int().min(1).max(65_533);

/** systemd gives it to each process of a unit; by it an environment is known to be what was given. */
const measuredBy = 'INVOCATION_ID';

/**
 * Of units, which are started anew with it at the beginning, and without it at the end. `variable`: it has another value,
 * or with `unset: true` none. `umask`: bits that new files and folders do not get. `no-new-privileges`: nothing that the
 * unit starts becomes more than it is (sudo, setuid programs).
 *
 * Of an account on nodes. `mode`: a file or folder has other permission bits, by which the account can do what it could not,
 * or cannot do what it could. `group`: it is no member of a supplementary group. `sudo`: it may run nothing as root; it is
 * tried with `command`, which it may run otherwise. `expired`: nobody can log in as it. `uid`: it has another number, and what
 * belongs to it belongs to somebody else.
 */
export const environmentFaults = [
  z
    .strictObject({
      ...onUnit,
      kind: z.literal('environment.variable'),
      variable: environmentName.refine(
        (name) => name !== measuredBy,
        `any variable but ${measuredBy}, which systemd gives and by which the fault is measured`,
      ),
      value: oneLine.or(z.literal('')).optional(),
      unset: z.literal(true).optional(),
    })
    .refine(
      ({ value, unset }) => (value === undefined) !== (unset === undefined),
      'exactly one of "value" and "unset: true"',
    ),
  z.strictObject({
    ...onUnit,
    kind: z.literal('environment.umask'),
    umask: z.string().regex(/^0?[0-7]{3}$/, 'an octal umask such as "0077"'),
  }),
  z.strictObject({ ...onUnit, kind: z.literal('environment.no-new-privileges') }),
  z.strictObject({ ...onAccount, kind: z.literal('environment.mode'), path: absolutePath, mode: fileMode }),
  z.strictObject({ ...onAccount, kind: z.literal('environment.group'), group: accountName }),
  z.strictObject({
    ...onAccount,
    kind: z.literal('environment.sudo'),
    command: z.array(oneLine).min(1).default(['true']),
  }),
  z.strictObject({ ...onAccount, kind: z.literal('environment.expired') }),
  z.strictObject({ ...onAccount, kind: z.literal('environment.uid'), uid }),
] as const;
