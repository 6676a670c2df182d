#!/bin/sh
# otherversion apt|pip PACKAGE CARRIED: the node has another version of a package until stdin ends or a signal comes: the files
# that images/version/carry.sh put into the folder CARRIED, in place of its own; with apt what dpkg knows of it, too. All
# comes back byte for byte, with owners, modes and times. No script of either version runs: what it has running goes on.
# package.sh says which files; with pip they are those of the project in the folder where pip put the other version.
#
# Says "ok", or "err CODE MESSAGE". It shares its pid namespace with the node, reaches its files through /proc/1/root, and
# needs SYS_PTRACE and SYS_CHROOT, and DAC_OVERRIDE, CHOWN, FOWNER and FSETID for what belongs to others.
set -u
. /usr/local/lib/replacing.sh
. /usr/local/lib/package.sh
manager=$1
package=$2
carried=$3
root=/proc/1/root
kept=$(mktemp -d)
taken=no

# What pip recorded of it (PEP 376), which is by paths from the folder that it is in, what Python compiled of that, and the
# folders there. PyPI takes -, _ and . for one, and a letter for its capital (PEP 503).
all_of_pip() {
  read -r home <"$carried/folder" || return
  wanted=$(plain "$package")
  for record in "$home"/*.dist-info/RECORD; do
    [ -e "$record" ] || continue
    name=${record%.dist-info/RECORD}
    name=${name##*/}
    [ "$(plain "${name%-*}")" = "$wanted" ] || continue
    sed "s/,[^,]*,[^,]*\$//; s/^\"//; s/\"\$//; s|^|/$home/|" "$record" | xargs -rd '\n' realpath --canonicalize-missing --no-symlinks -- | cut -c2- |
      while IFS= read -r path; do
        echo "$path"
        case $path in
          *.py)
            file=${path##*/} # a basename for each would be a process for each
            for compiled in "${path%/*}/__pycache__/${file%.py}".*.pyc; do echo "$compiled"; done
            ;;
        esac
      done
  done | awk -v home="$home/" '{ for (path = $0; index(path, home) == 1; sub("/[^/]*$", "", path)) if (!seen[path]++) print path }
    index($0, home) != 1' | while IFS= read -r path; do [ ! -L "$path" ] && [ ! -e "$path" ] || echo "$path"; done
}

plain() { echo "$1" | tr 'A-Z_.' 'a-z--' | tr -s -; }

own() { "all_of_$manager" | LC_ALL=C sort -u; }

# Nothing of somebody else is in the way of the other version. Files are known by their inodes: /bin/ps may be /usr/bin/ps.
is_free() {
  inodes_of <"$kept/paths" >"$kept/own"
  while IFS= read -r path; do
    [ -L "$path" ] || { [ -e "$path" ] && [ ! -d "$path" ]; } && echo "$path"
  done <"$carried/paths" | inodes_of | awk -v own="$kept/own" '
    BEGIN { while ((getline line < own) > 0) { split(line, words, " "); mine[words[1]] = 1 } }
    !($1 in mine) { sub("^[^ ]* ", ""); print; exit }' >"$kept/in-the-way"
  [ ! -s "$kept/in-the-way" ] || { echo "/$(cat "$kept/in-the-way") is there already, and not of $package"; return 17; }
}

inodes_of() { tr '\n' '\0' | xargs -0r stat --format '%d:%i %n' --; }

changed() {
  [ -s "$carried/files.tar" ] || { echo "the other version of $package is not here"; return 2; }
  cd "$root" || return
  [ "$manager" = pip ] || is_installed || return
  own >"$kept/paths" && cat "$kept/paths" "$carried/paths" | within_node && is_free && keep "$kept/paths" "$carried/paths" || return
  [ "$manager" = pip ] || edited "$status" of_dpkg "$carried/status" || return
  taken=yes
  take_away "$kept/paths" &&
    tar --extract --file "$carried/files.tar" --directory "$root" --preserve-permissions --same-owner --numeric-owner \
      --no-overwrite-dir --keep-directory-symlink
}

changed_back() {
  [ "$taken" = yes ] || return 0
  # All of the other version, also where it did not come to be complete, and what was compiled of it.
  { own; cat "$carried/paths"; } | LC_ALL=C sort -u >"$kept/others"
  take_away "$kept/others"
  code=$?
  # First, so that the time of its folder comes back after it.
  [ "$manager" = pip ] || put_back "$status" || code=$?
  bring_back && return "$code"
}

changed >"$kept/said" 2>&1
code=$?
if answered "$code"; then
  changed_back 2>&1
  code=$?
else
  changed_back >/dev/null 2>&1
fi
# A copy that could not be put back is the only one.
cd / && { [ "$code" -ne 0 ] && [ "$taken" = yes ] || rm -rf "$kept"; }
exit "$code"
