import { z } from 'zod';
import { oneLine, packageName } from '../../../images/stack.ts';
import { onNodes } from './targets.ts';
import { timing } from './timing.ts';

/**
 * A node has other software than was declared. `package`: it lacks a Debian package, its files and what dpkg knows of it.
 * `reports`: a command that works with the package, and says the same each time (its version); without it, it fails.
 */
export const driftFaults = [
  z.strictObject({
    ...timing,
    ...onNodes,
    kind: z.literal('drift.package'),
    package: packageName,
    missing: z.literal(true),
    reports: z.array(oneLine).min(1),
  }),
] as const;
