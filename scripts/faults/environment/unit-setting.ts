import { assertNever } from '../../../infra/errors.ts';
import type { UnitSettingFault } from '../../../infra/spec/fault.ts';

/** What is laid beside a unit (images/toolbox/unitsetting.sh). */
export interface SettingText {
  readonly dropIn: string;
  /** null: none is needed. */
  readonly variables: string | null;
}

/**
 * Pure. A value comes from a file of variables, since one of the unit's own (`EnvironmentFile=`) wins over its
 * `Environment=`, and the file that is named last over all of them; `UnsetEnvironment=` wins over every source.
 */
export function settingText(faultId: string, fault: UnitSettingFault, file: string): SettingText {
  switch (fault.kind) {
    case 'environment.variable': {
      if (fault.value === undefined) return service(`UnsetEnvironment=${fault.variable}`);
      const beside = `/run/systemd/system/${file}.d/zz-understudy-${settingName(faultId)}.env`;
      const { dropIn } = service(`EnvironmentFile=${specifiersAsTheyAre(beside)}`);
      return { dropIn, variables: `${fault.variable}=${quoted(fault.value)}\n` };
    }
    case 'environment.umask':
      return service(`UMask=${fault.umask}`);
    case 'environment.no-new-privileges':
      return service('NoNewPrivileges=yes');
    default:
      return assertNever(fault);
  }
}

/** Part of the names of its files. */
export function settingName(faultId: string): string {
  return faultId.replaceAll(/[^A-Za-z0-9]/g, '-');
}

function service(line: string): SettingText {
  return { dropIn: `[Service]\n${line}\n`, variables: null };
}

function specifiersAsTheyAre(path: string): string {
  return path.replaceAll('%', '%%');
}

/** systemd.exec(5), EnvironmentFile=: within double quotes a backslash escapes these four. */
function quoted(value: string): string {
  return `"${value.replaceAll(/["\\$`]/g, '\\$&')}"`;
}
