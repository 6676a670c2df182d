#!/bin/sh
# Prints what this machine is, a fact a line, each a JSON object with "fact" and its fields. Reads only, needs nothing but
# a POSIX shell and awk, leaves nothing; root sees more. It runs on production as it runs on our nodes.
LC_ALL=C
export LC_ALL

# Tab-separated fields on stdin, their names as arguments: one line of JSON for each line. A field that ends in + is a
# number, one that ends in ? is null when it is empty.
facts() {
  fact=$1
  shift
  awk -F '\t' -v fact="$fact" -v names="$*" '
    function text(s) {
      gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); gsub(/\r/, "\\r", s)
      gsub(/[\001-\010\013\014\016-\037]/, "?", s)
      return "\"" s "\""
    }
    BEGIN { count = split(names, name, " ") }
    {
      line = "{\"fact\":" text(fact)
      for (i = 1; i <= count; i++) {
        key = name[i]; kind = substr(key, length(key)); value = $i
        if (kind == "+" || kind == "?") key = substr(key, 1, length(key) - 1)
        if (kind == "+") value = (value ~ /^-?[0-9]+$/) ? value : "null"
        else if (kind == "?" && value == "") value = "null"
        else value = text(value)
        line = line "," text(key) ":" value
      }
      print line "}"
    }'
}
has() { command -v "$1" >/dev/null 2>&1; }
database() { if has getent; then getent "$1"; else cat "/etc/$1"; fi 2>/dev/null; }

id -u | facts uid uid+
date -u +%Y-%m-%dT%H:%M:%SZ | facts capturedAt at

(ID='' VERSION_ID='' VERSION_CODENAME=''
  [ -r /etc/os-release ] && . /etc/os-release
  printf '%s\t%s\t%s\n' "$ID" "$VERSION_ID" "$VERSION_CODENAME") | facts os id version codename?
printf '%s\t%s\n' "$(uname -r)" "$(uname -m)" | facts kernel release machine
uname -n | facts hostName name
if has ip; then ip -o addr show 2>/dev/null | awk '{ sub(/\/.*/, "", $4); print $4 }'; else hostname -I 2>/dev/null | tr ' ' '\n' | awk NF; fi |
  facts address address
# Only our own nodes have this folder: what comes from one of them is no reference.
[ -e /etc/understudy ] && echo 1 | facts understudyNode present+

database passwd | awk -F : -v OFS='\t' '{ print $1, $3, $4, $6, $7 }' | facts account name uid+ gid+ home shell
database group | awk -F : -v OFS='\t' '{ print $1, $3, $4 }' | facts group name gid+ members

has dpkg-query && dpkg-query -W -f '${db:Status-Status}\t${Package}\t${Version}\n' 2>/dev/null |
  awk -F '\t' -v OFS='\t' '$1 == "installed" { print $2, $3 }' | facts dpkg name version
# Of a package that is there twice the first on the path is the one that programs get; names as PyPI compares them.
has python3 && python3 -c '
import importlib.metadata, re
found = {}
for one in importlib.metadata.distributions():
    found.setdefault(re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(), one.version)
for name, version in sorted(found.items()):
    print(name, version, sep="\t")' 2>/dev/null | facts pip name version
for package in /usr/lib/node_modules/*/package.json /usr/local/lib/node_modules/*/package.json; do
  [ -r "$package" ] && sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' "$package" | head -1 |
    awk -v OFS='\t' -v name="$(basename "$(dirname "$package")")" '{ print name, $0 }'
done | facts npm name version

# What a process begins with: on a machine with systemd what the manager gives its units, in a container what process 1
# was given (root only); and what pam gives to logins.
{
  if [ -d /run/systemd/system ]; then systemctl show-environment; elif [ -r /proc/1/environ ]; then tr '\0' '\n' </proc/1/environ; fi
  if [ -r /etc/environment ]; then sed -n 's/^[[:space:]]*\(export[[:space:]]*\)*\([A-Za-z_][A-Za-z0-9_]*=.*\)$/\2/p' /etc/environment; fi
} 2>/dev/null | awk 'BEGIN { OFS = "\t" } /^[A-Za-z_][A-Za-z0-9_]*=/ { at = index($0, "="); print substr($0, 1, at - 1), substr($0, at + 1) }' |
  facts environment name value

has systemctl && systemctl show --type=service --property=Id,ActiveState,UnitFileState,User,Environment '*' 2>/dev/null |
  awk -v OFS='\t' '
    function flush() { if (id != "") print id, active, file, user, environment; id = active = file = user = environment = "" }
    /^$/ { flush(); next }
    { at = index($0, "="); key = substr($0, 1, at - 1); value = substr($0, at + 1); gsub(/\t/, " ", value) }
    key == "Id" { id = value } key == "ActiveState" { active = value } key == "UnitFileState" { file = value }
    key == "User" { user = value } key == "Environment" { environment = value }
    END { flush() }' | facts unit name state enabled user? environment

# Of those that somebody enabled or that run: how the manager runs them, whatever of it stands in which file.
settings=Group,SupplementaryGroups,WorkingDirectory,RootDirectory,UMask,Nice,LimitNOFILE,LimitCORE,LimitMEMLOCK,MemoryMax,MemoryLimit,CPUQuotaPerSecUSec,Restart,RestartUSec,TimeoutStartUSec,TimeoutStopUSec,KillSignal,KillMode,OOMScoreAdjust,NoNewPrivileges,ProtectSystem,ProtectHome,PrivateTmp,EnvironmentFiles,DropInPaths,ExecStart
has systemctl && systemctl show --type=service --property="Id,ActiveState,UnitFileState,$settings" '*' 2>/dev/null |
  awk -v OFS='\t' '
    function flush(  i) {
      if (id != "" && (active == "active" || file == "enabled")) for (i = 1; i <= count; i++) print id, line[i]
      id = active = file = ""; count = 0
    }
    /^$/ { flush(); next }
    { at = index($0, "="); key = substr($0, 1, at - 1); value = substr($0, at + 1); gsub(/\t/, " ", value) }
    key == "Id" { id = value; next } key == "ActiveState" { active = value; next } key == "UnitFileState" { file = value; next }
    # Of a command what is run, not when and how it ended last.
    key == "ExecStart" { sub(/^.*argv\[\]=/, "", value); sub(/ ; ignore_errors=.*$/, "", value) }
    value != "" { line[++count] = key "\t" value }
    END { flush() }' | facts unitSetting unit name value

# Who may become whom: each rule of sudoers on one line, with the file that it stands in; root only.
for file in /etc/sudoers /etc/sudoers.d/*; do
  case $file in *~ | */*.*.*) continue ;; esac
  [ -r "$file" ] && [ -f "$file" ] && awk -v OFS='\t' -v file="$file" '
    { sub(/[[:space:]]+$/, "") }
    /\\$/ { held = held substr($0, 1, length($0) - 1); next }
    { $0 = held $0; held = "" }
    # "#" begins a comment, but for a uid and for the include of old.
    /^[[:space:]]*(#|$)/ && !/^[[:space:]]*#(include|[0-9])/ { next }
    { gsub(/[[:space:]]+/, " "); sub(/^ /, ""); print file, $0 }' "$file"
done | facts sudo file rule

# What runs at a time of its own: the system's table, those of accounts (root only), and timers that are enabled or run.
for file in /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/*; do
  [ -r "$file" ] && [ -f "$file" ] && awk -v OFS='\t' -v file="$file" '
    /^[[:space:]]*(#|$)/ { next }
    /^[[:space:]]*[A-Za-z_][A-Za-z0-9_]*[[:space:]]*=/ { next }
    { gsub(/[[:space:]]+/, " "); sub(/^ /, ""); print file, $0 }' "$file"
done | facts cron file entry
for file in /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/*; do
  [ -x "$file" ] && [ -f "$file" ] && printf '%s\t%s\n' "$file" "$(dirname "$file" | sed 's|.*/cron\.|@|')"
done | facts cron file entry
has systemctl && systemctl show --type=timer --property=Id,ActiveState,Unit,TimersCalendar,TimersMonotonic '*' 2>/dev/null |
  awk -v OFS='\t' '
    function flush() { if (id != "" && active == "active") print id, unit " " when; id = active = unit = when = "" }
    /^$/ { flush(); next }
    { at = index($0, "="); key = substr($0, 1, at - 1); value = substr($0, at + 1); gsub(/\t/, " ", value) }
    key == "Id" { id = value } key == "ActiveState" { active = value } key == "Unit" { unit = value }
    # { OnCalendar=*-*-* 6:00:00 ; next_elapse=… }: when it comes next is no setting.
    key ~ /^Timers/ { sub(/ ; next_elapse=.*/, "", value); sub(/^\{ /, "", value); when = when (when == "" ? "" : ", ") value }
    END { flush() }' | facts timer name schedule

# What a login gets.
sed -n 's/^[[:space:]]*UMASK[[:space:]]\{1,\}\([0-7]\{1,\}\).*/\1/p' /etc/login.defs 2>/dev/null | head -1 | facts umask mask
for file in /etc/security/limits.conf /etc/security/limits.d/*.conf; do
  [ -r "$file" ] && awk -v OFS='\t' '!/^[[:space:]]*#/ && NF >= 4 { print $1, $2, $3, $4 }' "$file"
done | facts loginLimit domain kind item value

# Python environments beside the system's own, where software is put, by what was installed into them.
find /opt /srv /home /root /usr/local /var/lib /var/www /app -xdev -maxdepth 6 -name pyvenv.cfg 2>/dev/null | while IFS= read -r config; do
  venv=${config%/pyvenv.cfg}
  printf '%s\t%s\n' "$venv" "$(sed -n 's/^version[a-z_]*[[:space:]]*=[[:space:]]*\([0-9.]*\).*/\1/p' "$config" | head -1)"
done | facts virtualenv path python?
find /opt /srv /home /root /usr/local /var/lib /var/www /app -xdev -maxdepth 6 -name pyvenv.cfg 2>/dev/null | while IFS= read -r config; do
  venv=${config%/pyvenv.cfg}
  for metadata in "$venv"/lib/python*/site-packages/*-info/METADATA "$venv"/lib/python*/site-packages/*-info/PKG-INFO; do
    [ -r "$metadata" ] && awk -v OFS='\t' -v venv="$venv" '
      /^$/ { exit }
      sub(/^Name: */, "") { name = tolower($0); gsub(/[-_.]+/, "-", name) }
      sub(/^Version: */, "") { version = $0 }
      END { if (name != "" && version != "") print venv, name, version }' "$metadata"
  done
done | sort -u | facts virtualenvPackage venv name version

[ -r /proc/1/limits ] && awk -v OFS='\t' 'NR > 1 { name = substr($0, 1, 25); sub(/ +$/, "", name); rest = substr($0, 26); sub(/^ +/, "", rest); split(rest, part, /  +/); print name, part[1], part[2] }' /proc/1/limits |
  facts limit name soft hard
for key in net.core.somaxconn net.ipv4.ip_local_port_range net.ipv4.tcp_keepalive_time net.ipv4.tcp_syn_retries \
  vm.overcommit_memory vm.swappiness fs.file-max kernel.pid_max; do
  path=/proc/sys/$(echo "$key" | tr . /)
  [ -r "$path" ] && printf '%s\t%s\n' "$key" "$(tr '\t' ' ' <"$path")"
done | facts sysctl name value

awk -v OFS='\t' '$3 !~ /^(proc|sysfs|cgroup2?|devpts|mqueue|devtmpfs|securityfs|debugfs|tracefs|bpf|pstore|configfs|fusectl|hugetlbfs|autofs|binfmt_misc|rpc_pipefs|nsfs|ramfs)$/ { print $2, $3, $4 }' /proc/self/mounts |
  facts mount path type options
df -P -k 2>/dev/null | awk -v OFS='\t' 'NR > 1 { print $6, $2 }' | facts size path kib+
df -P -i 2>/dev/null | awk -v OFS='\t' 'NR > 1 { print $6, $2 }' | facts inodes path count+

if [ -L /etc/localtime ]; then readlink /etc/localtime | sed 's|.*/zoneinfo/||'; elif [ -r /etc/timezone ]; then cat /etc/timezone; fi |
  facts timeZone name
has systemctl && for unit in chrony chronyd systemd-timesyncd ntpd ntpsec; do
  [ "$(systemctl is-active "$unit" 2>/dev/null)" = active ] && echo "$unit"
done | head -1 | facts timeSource name
sed -n 's/^LANG=//p' /etc/default/locale /etc/locale.conf 2>/dev/null | tr -d '"' | head -1 | facts locale name

for protocol in tcp tcp6 udp udp6; do
  [ -r "/proc/net/$protocol" ] && awk -v OFS='\t' -v protocol="$protocol" \
    'NR > 1 && ($4 == "0A" || protocol ~ /udp/ && $4 == "07") { print protocol, $2 }' "/proc/net/$protocol"
done | sort -u | facts socket protocol local

# Whoever reads this knows that nothing was cut off.
echo 1 | facts end present+
