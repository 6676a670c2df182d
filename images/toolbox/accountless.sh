#!/bin/sh
# accountless group ACCOUNT GROUP | login ACCOUNT | uid ACCOUNT UID | sudo ACCOUNT: an account of the node is no member of a
# supplementary group, or has expired, or another number, or may run nothing by sudo, until stdin ends or a signal comes; then
# as before. /etc/group, /etc/shadow and /etc/passwd are edited; for sudo there is a rule of our own, the last.
#
# Says "ok", or "err CODE MESSAGE". It shares its pid namespace with the node, reaches its files through /proc/1/root, and
# needs SYS_PTRACE, and CHOWN and FOWNER for copies that belong to whom the files belong.
set -u
. /usr/local/lib/replacing.sh
account=$2
etc=/proc/1/root/etc
kept=$(mktemp -d)
rule=$etc/sudoers.d/zz-understudy-$account

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
  [ -d "$etc/sudoers.d" ] || { echo 'there is no /etc/sudoers.d'; return 2; }
  [ ! -e "$rule" ] || { echo "$rule is there already"; return 17; }
  (umask 0337 && printf '%s ALL=(ALL:ALL) !ALL\n' "$account" >"$rule")
}

case $1 in
  group) edited "$etc/group" without_member "$3" ;;
  login) edited "$etc/shadow" expired ;;
  uid) edited "$etc/passwd" with_uid "$3" ;;
  sudo) without_sudo ;;
esac >"$kept/said" 2>&1
code=$?
if answered "$code"; then
  case $1 in
    group) put_back "$etc/group" ;;
    login) put_back "$etc/shadow" ;;
    uid) put_back "$etc/passwd" ;;
    sudo) rm -f "$rule" ;;
  esac 2>&1
  code=$?
fi
rm -rf "$kept"
exit "$code"
