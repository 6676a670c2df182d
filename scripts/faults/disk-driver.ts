import { assertNever } from '../../infra/errors.ts';
import { isDiskFault, type DiskFault } from '../../infra/spec/fault.ts';
import type { FamilyDriver } from './fault-driver.ts';
import { heldDriver } from './held-driver.ts';
import { diskOf, type Victim } from './victim.ts';

export function diskDriver(victims: readonly Victim[]): FamilyDriver {
  return heldDriver(victims, ({ id, fault }, target) => {
    if (!isDiskFault(fault)) throw new Error(`${id} is of another family`);
    const { path } = diskOf(victims, target);
    return programOf(fault, path, `${id}:${path}`.replaceAll(/[^A-Za-z0-9]/g, '-'));
  });
}

function programOf(fault: DiskFault, path: string, name: string): readonly string[] {
  switch (fault.kind) {
    case 'disk.space':
      return ['diskfill', 'bytes', path, String(fault.freeBytes), name];
    case 'disk.inodes':
      return ['diskfill', 'inodes', path, String(fault.freeInodes), name];
    case 'disk.readonly':
      return ['diskreadonly', path];
    default:
      return assertNever(fault);
  }
}
