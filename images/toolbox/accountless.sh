#!/bin/sh
# accountless group ACCOUNT GROUP | login ACCOUNT | uid ACCOUNT UID | sudo ACCOUNT: an account of the node is no member of a
# supplementary group, or has expired, or another number, or may run nothing by sudo, until stdin ends or a signal comes; then
# as before. /etc/group, /etc/shadow and /etc/passwd are edited; for sudo there is a rule of our own, the last.
#
# Says "ok", or "err CODE MESSAGE". It shares its pid namespace with the node, reaches its files through /proc/1/root, and
# needs SYS_PTRACE and SYS_CHROOT, and CHOWN and FOWNER for copies that belong to whom the files belong.
set -u
. /usr/local/lib/replacing.sh
account=$2
kept=$(mktemp -d)
case $1 in
  group) within=/etc/group ;;
  login) within=/etc/shadow ;;
  uid) within=/etc/passwd ;;
  sudo) within=/etc/sudoers.d ;;
esac

# Members are the 4th field of group(5).
without_member() {
  awk -F: -v OFS=: -v account="$account" -v group="$1" '
    $1 == group {
      count = split($4, members, ","); rest = ""
      for (i = 1; i <= count; i++)
        if (members[i] == account) found = 1
        else rest = rest (rest == "" ? "" : ",") members[i]
      $4 = rest
    }
    { print }
    END { exit !found }' || { echo "$account is no member of $1 by /etc/group" >&2; return 2; }
}

# The day of expiry, since 1970, is the 8th field of shadow(5).
expired() {
  awk -F: -v OFS=: -v account="$account" '
    $1 == account { $8 = "1"; found = 1 }
    { print }
    END { exit !found }' || { echo "$account is not in /etc/shadow" >&2; return 2; }
}

# The number is the 3rd field of passwd(5).
with_uid() {
  awk -F: -v OFS=: -v account="$account" -v uid="$1" '
    $1 == account { if ($3 == uid) same = 1; $3 = uid; found = 1 }
    { print }
    END { exit !found || same }' || { echo "$account is not in /etc/passwd, or has the number $1 there" >&2; return 2; }
}

without_sudo() {
  [ ! -e "$rule" ] && [ ! -L "$rule" ] || { echo "$rule is there already"; return 17; }
  (umask 0337 && printf '%s ALL=(ALL:ALL) !ALL\n' "$account" >"$rule")
}

changed() {
  place=$(nodepath "$within") || { code=$?; echo "$place"; return "$code"; }
  rule=$place/zz-understudy-$account
  case $1 in
    group) edited "$place" without_member "$2" ;;
    login) edited "$place" expired ;;
    uid) edited "$place" with_uid "$2" ;;
    sudo) without_sudo ;;
  esac
}

changed "$1" "${3:-}" >"$kept/said" 2>&1
code=$?
if answered "$code"; then
  case $1 in
    sudo) rm -f "$rule" ;;
    *) put_back "$place" ;;
  esac 2>&1
  code=$?
fi
rm -rf "$kept"
exit "$code"
