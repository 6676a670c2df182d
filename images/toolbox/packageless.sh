#!/bin/sh
# packageless PACKAGE: the node lacks a Debian package until stdin ends or a signal comes. Its files go, and what dpkg knows of
# it; both come back byte for byte, with owners, modes and times. No script of the package runs: what it has running goes on.
# package.sh says which files; packages with extended attributes are refused.
#
# Says "ok", or "err CODE MESSAGE". It shares its pid namespace with the node, reaches its files through /proc/1/root, and
# needs SYS_PTRACE and SYS_CHROOT, and DAC_OVERRIDE, CHOWN, FOWNER and FSETID for what belongs to others.
set -u
. /usr/local/lib/replacing.sh
. /usr/local/lib/package.sh
package=$1
root=/proc/1/root
kept=$(mktemp -d)
taken=no

taken_away() {
  cd "$root" && is_installed || return
  all_of_apt | LC_ALL=C sort -u >"$kept/paths" && keep "$kept/paths" || return
  edited "$status" of_dpkg /dev/null || return
  taken=yes
  take_away "$kept/paths"
}

brought_back() {
  [ "$taken" = yes ] || return 0
  # First, so that the time of its folder comes back after it.
  put_back "$status"
  code=$?
  bring_back && return "$code"
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
