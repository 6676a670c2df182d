import { z } from 'zod';
import { oneLine, packageName } from '../../../images/stack.ts';
import { onNodes } from './targets.ts';
import { timing } from './timing.ts';

const reports = z.array(oneLine).min(1);
/** Of one package: what another version is called, and no range of versions. */
const version = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z.+:~!_-]*$/, 'one exact version such as "10.4.0", without "*"');
const project = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'a package of Debian, or a project of PyPI');

/**
 * A node has other software than was declared. `package`: it lacks a Debian package, its files and what dpkg knows of it.
 * `reports`: a command that works with the package, and says the same each time (its version); without it, it fails.
 * `version`: it has another version, of Debian as the node's own sources.list offers it (`apt`) or of PyPI (`pip`), from an image that
 * is built before the run; `reports` then says that version.
 */
export const driftFaults = [
  z.strictObject({
    ...timing,
    ...onNodes,
    kind: z.literal('drift.package'),
    package: packageName,
    missing: z.literal(true),
    reports,
  }),
  z
    .strictObject({
      ...timing,
      ...onNodes,
      kind: z.literal('drift.version'),
      manager: z.enum(['apt', 'pip']),
      package: project,
      version,
      reports,
    })
    .refine(({ manager, package: name }) => manager === 'pip' || packageName.safeParse(name).success, {
      path: ['package'],
      error: 'a Debian package name, as its manager is apt',
    }),
] as const;
