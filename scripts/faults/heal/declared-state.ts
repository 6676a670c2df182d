import type { ScheduledFault } from '../../../infra/plan/plan.ts';
import { parseTarget } from '../../../infra/plan/target.ts';
import { isAccountFault, isDriftFault, isResourceFault, type DriftFault } from '../../../infra/spec/fault.ts';
import { unitFile } from '../../nodes/unit-file.ts';

/** What faults are to be on, on one node, beside its network and disks: what becomes of all else is the software's affair. */
export interface DeclaredState {
  /** Files of systemd units. */
  readonly units: readonly string[];
  /** Whose modes are changed. */
  readonly paths: readonly string[];
  readonly accounts: readonly string[];
  /** Of Debian. */
  readonly packages: readonly string[];
  /** Of PyPI. */
  readonly projects: readonly string[];
  /** Whether a part of what it may use is taken away. */
  readonly limits: boolean;
  /** Where it is a dependency. */
  readonly routes: readonly string[];
}

/** Pure. */
export function stateUnder(node: string, faults: readonly ScheduledFault[]): DeclaredState {
  const own = faults.flatMap(({ fault, targets }) =>
    targets.flatMap((text) => {
      const target = parseTarget(text);
      return target.on !== 'link' && target.node === node ? [{ fault, target }] : [];
    }),
  );
  const accounts = own.flatMap(({ fault }) => (isAccountFault(fault) ? [fault] : []));
  const drifts = own.flatMap(({ fault }) => (isDriftFault(fault) ? [fault] : []));
  const sorted = (all: readonly string[]): readonly string[] => [...new Set(all)].sort();
  return {
    units: sorted(own.flatMap(({ target }) => (target.on === 'unit' ? [unitFile(target.unit)] : []))),
    paths: sorted(accounts.flatMap((fault) => (fault.kind === 'environment.mode' ? [fault.path] : []))),
    accounts: sorted(accounts.map(({ account }) => account)),
    packages: sorted(drifts.flatMap((fault) => (isOfPyPi(fault) ? [] : [fault.package]))),
    projects: sorted(drifts.flatMap((fault) => (isOfPyPi(fault) ? [fault.package] : []))),
    limits: own.some(({ fault }) => isResourceFault(fault)),
    routes: sorted(own.flatMap(({ target }) => (target.on === 'route' ? [target.route] : []))),
  };
}

function isOfPyPi(fault: DriftFault): boolean {
  return fault.kind === 'drift.version' && fault.manager === 'pip';
}

/** Drop-ins of each unit; uid, argv[0] and umask of its main process, whether it may gain privileges and stands still, and what the kernel lets it do. */
const ofUnits = [
  'for unit in "$@"; do',
  '  for folder in /etc /run /usr/lib; do',
  '    for file in "$folder/systemd/system/$unit.d"/*; do [ ! -e "$file" ] || echo "$unit has $file"; done',
  '  done',
  '  pid=$(systemctl show --property=MainPID "$unit") && pid=${pid#MainPID=} || exit',
  '  [ "$pid" -gt 0 ] || { echo "$unit has no main process"; continue; }',
  '  uid=$(while read -r key _ id _; do [ "$key" = Uid: ] && echo "$id"; done < "/proc/$pid/status")',
  '  given=$(grep -E "^(Umask|NoNewPrivs):" "/proc/$pid/status")',
  // Its first word: programs write how they are behind it (sshd, celery).
  '  argv0=$(tr "\\0" "\\n" < "/proc/$pid/cmdline" | head -n 1) && argv0=${argv0%% *}',
  '  case $(cat "/proc/$pid/stat") in *") T "*) state=" stands still" ;; *) state= ;; esac',
  '  read -r score < "/proc/$pid/oom_score_adj"',
  '  while read -r a b c soft _; do [ "$a $b $c" != "Max open files" ] || files=$soft; done < "/proc/$pid/limits"',
  '  echo "$unit uid $uid $argv0" $given"$state oom $score files $files"',
  'done',
].join('\n');

const ofPaths =
  'for path in "$@"; do stat -L -c "%n has mode %a and is of %u:%g" "$path" || echo "$path is not there"; done';

/** Number, groups, day of expiry, rules for sudo, which may name an account in any file, and the files that all of it stands in. */
const ofAccounts = [
  'for account in "$@"; do',
  '  echo "$account $(id "$account" 2>&1) expires $(getent shadow "$account" 2>/dev/null | cut -d: -f8)"',
  'done',
  'for file in /etc/passwd /etc/group /etc/shadow /etc/sudoers /etc/sudoers.d/*; do',
  '  [ ! -f "$file" ] || stat -L -c "%n has mode %a and is of %u:%g" "$file" || exit',
  '  [ ! -f "$file" ] || sha256sum "$file" || exit',
  'done',
].join('\n');

/** Version, and a digest of all its files with their owners, modes and times; mode and owner of what dpkg knows. */
const ofPackages = [
  'stat -c "%n has mode %a and is of %u:%g" /var/lib/dpkg/status',
  'for package in "$@"; do',
  '  state=$(dpkg-query --show --showformat "\\${Version} \\${Status}" "$package" 2>&1)',
  // Some packages have thousands of files: a program is started for many of them at once.
  '  files() { dpkg-query --listfiles "$package" 2>/dev/null | while IFS= read -r path; do [ -d "$path" ] || printf "%s\\0" "$path"; done; }',
  '  all=$({ files | xargs -0r stat -c "%n %a %u:%g %y" --; files | xargs -0r sha256sum --; } 2>&1 | sha256sum | cut -c1-16)',
  '  echo "$package $state, its files $all"',
  'done',
].join('\n');

/**
 * Where the node's own Python, a virtual environment's where that comes first in PATH, has what pip puts there: the folders for
 * all projects, whichever the named ones are in, and what else stands in a record of pip's, such as programs. A path a line.
 */
const whereProjectsAre = `
import importlib.metadata, os, site, sys, sysconfig
homes = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()[:1]}
for project in sys.argv[1:]:
    try:
        homes.add(str(importlib.metadata.distribution(project).locate_file("")))
    except importlib.metadata.PackageNotFoundError:
        pass
homes = {os.path.realpath(home) for home in homes}
inside = tuple(home + "/" for home in homes)
for distribution in importlib.metadata.distributions(path=sorted(homes)):
    for file in distribution.files or ():
        path = os.path.normpath(str(distribution.locate_file(file)))
        if not path.startswith(inside) and "__pycache__" not in path:
            homes.add(path)
print(*sorted(homes), sep="\\n")
`;

/** Digests of all files there, but for those that any Python that runs compiles. */
const ofProjects = [
  `places=$(cd / && python3 -B -c '${whereProjectsAre}' "$@") || exit`,
  'every() { echo "$places" | while IFS= read -r place; do find "$place" -name __pycache__ -prune -o "$@" {} +; done 2>&1 |',
  '  LC_ALL=C sort | sha256sum | cut -c1-16; }',
  'files=$(every ! -type d -exec stat -c "%n %a %u:%g %y") && bytes=$(every -type f -exec sha256sum) || exit',
  'echo "$* of PyPI, files of all projects $files $bytes"',
].join('\n');

/** Of cgroup v1 and v2, whichever is there. The shell's own words alone: the node may not be let start another process. */
const ofLimits =
  'cd /sys/fs/cgroup && for file; do [ ! -e "$file" ] || { read -r line < "$file" && echo "$file $line"; }; done';
const limitFiles = [
  ...['cpu/cpu.cfs_quota_us', 'cpu/cpu.cfs_period_us', 'cpu.max'],
  ...['memory/memory.limit_in_bytes', 'memory/memory.memsw.limit_in_bytes', 'memory.max', 'memory.swap.max'],
  ...['pids/pids.max', 'pids.max'],
] as const;

/** Connections to the control of a dependency, as the kernel lists them (proc(5), net/unix: 03 is connected): one holds each fault. */
const ofRoutes =
  'while read -r _ _ _ _ _ state _ path; do [ "$state $path" != "03 @understudy-dependency" ] || echo "held through $path"; done < /proc/net/unix';

/** What is run inside a node to list that, each with what its lines are called by; nothing for what no fault is on. */
export function listingsOf(
  state: DeclaredState,
): readonly (readonly [label: string, argv: readonly string[]])[] {
  const all = [
    ['unit', ofUnits, state.units],
    ['path', ofPaths, state.paths],
    ['account', ofAccounts, state.accounts],
    ['package', ofPackages, state.packages],
    ['project', ofProjects, state.projects],
    ['limit', ofLimits, state.limits ? limitFiles : []],
    ['fault', ofRoutes, state.routes],
  ] as const;
  return all.flatMap(([label, script, words]) =>
    words.length === 0 ? [] : [[label, ['sh', '-c', script, 'sh', ...words]] as const],
  );
}
