#!/bin/sh
# packageless PACKAGE: the node lacks a Debian package until stdin ends or a signal comes. Its files go, and what dpkg knows of
# it; both come back byte for byte, with owners, modes and times. No script of the package runs: what it has running goes on.
#
# Files that another package has as well stay, and so does /etc. Of folders below /usr that no other package has, all goes,
# such as what Python compiled there. A file with extended attributes (capabilities) could not be put back: such packages
# are refused.
#
# Says "ok", or "err CODE MESSAGE". It shares its pid namespace with the node, reaches its files through /proc/1/root, and
# needs SYS_PTRACE, and DAC_OVERRIDE, CHOWN, FOWNER and FSETID for what belongs to others.
set -u
. /usr/local/lib/replacing.sh
package=$1
root=/proc/1/root
kept=$(mktemp -d)
taken=no

# Files of dpkg's own about it: PACKAGE.list or PACKAGE:ARCHITECTURE.list, and what else goes by that name.
info() {
  for file in "var/lib/dpkg/info/$package".* "var/lib/dpkg/info/$package":*; do
    name=${file##*/}
    case ${name%.*} in "$package" | "$package":*) [ ! -e "$file" ] || echo "$file" ;; esac
  done
}

# Of the paths in its list, one a line and without the first slash, those that no other package has.
alone() {
  awk -v lists="$(info | grep '\.list$')" '
    BEGIN { count = split(lists, names, "\n"); for (i = 1; i <= count; i++) own[names[i]] = 1 }
    own[FILENAME] { mine[$0] = 1; next }
    { others[$0] = 1 }
    END { for (path in mine) if (!(path in others) && path != "/.") print substr(path, 2) }' var/lib/dpkg/info/*.list
}

all_of_it() {
  info
  alone | while IFS= read -r path; do
    case $path in
      etc/*) ;;
      usr/*) [ -L "$path" ] || [ ! -d "$path" ] || find "$path" -mindepth 1; [ ! -L "$path" ] && [ ! -e "$path" ] || echo "$path" ;;
      *) [ -d "$path" ] && [ ! -L "$path" ] || [ ! -e "$path" ] || echo "$path" ;;
    esac
  done
}

# A paragraph each; their own order and spacing stay.
unknown() {
  awk -v package="$package" '
    BEGIN { RS = ""; ORS = "\n\n" }
    index($0, "Package: " package "\n") == 1 { found = 1; next }
    { print }
    END { exit !found }' || { echo "dpkg does not know $package" >&2; return 2; }
}

taken_away() {
  cd "$root" && [ -d var/lib/dpkg/info ] || { echo 'the node has no dpkg'; return 2; }
  [ -n "$(info)" ] || { echo "$package is not installed"; return 2; }
  all_of_it | LC_ALL=C sort -u >"$kept/paths" &&
    tar --create --file "$kept/files.tar" --format=posix --xattrs --no-recursion --verbatim-files-from --files-from "$kept/paths" || return
  if grep -qa SCHILY.xattr "$kept/files.tar"; then
    echo "a file of $package has extended attributes, which could not be put back"
    return 95
  fi
  edited "$root/var/lib/dpkg/status" unknown || return
  taken=yes
  # Deepest first: by then a folder is empty.
  LC_ALL=C sort -r "$kept/paths" | while IFS= read -r path; do
    if [ -d "$path" ] && [ ! -L "$path" ]; then printf '%s\0' "$path" >>"$kept/folders"; else printf '%s\0' "$path"; fi
  done | xargs -0r rm -f -- && { [ ! -e "$kept/folders" ] || xargs -0r rmdir -- <"$kept/folders"; }
}

brought_back() {
  [ "$taken" = yes ] || return 0
  tar --extract --file "$kept/files.tar" --directory "$root" --preserve-permissions --same-owner --numeric-owner \
    --delay-directory-restore && put_back "$root/var/lib/dpkg/status"
}

taken_away >"$kept/said" 2>&1
code=$?
if answered "$code"; then
  brought_back 2>&1
  code=$?
else
  brought_back >/dev/null 2>&1
fi
# A copy that could not be put back is the only one.
cd / && { [ "$code" -ne 0 ] && [ "$taken" = yes ] || rm -rf "$kept"; }
exit "$code"
