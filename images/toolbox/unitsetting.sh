#!/bin/sh
# unitsetting UNIT NAME CONF [VARIABLES]: a systemd unit of the node has other settings until stdin ends or a signal comes.
# CONF is the text of a drop-in that systemd reads after all others; VARIABLES that of a file of variables beside it, which
# CONF names as zz-understudy-NAME.env in its own folder. Both in base64. The unit is started anew at the beginning and at
# the end, and not waited for: what becomes of it is its own affair.
#
# Says "ok", or "err CODE MESSAGE" where it could not. It shares its pid namespace with the node, reaches its files and its
# systemctl through /proc/1/root, and needs SYS_PTRACE and SYS_CHROOT for that.
set -u
unit=$1
folder=/proc/1/root/run/systemd/system/$1.d
file=$folder/zz-understudy-$2
made=no

started_anew() {
  chroot /proc/1/root systemctl daemon-reload || return
  # It may have been started too often already; that is ours, and forgotten.
  chroot /proc/1/root systemctl reset-failed "$unit" 2>/dev/null
  chroot /proc/1/root systemctl --no-block restart "$unit"
}

done_to_it() {
  [ -d "$folder" ] || { mkdir -p "$folder" && made=yes; } || return
  [ ! -e "$file.conf" ] || { echo "$file.conf is there already"; return 17; }
  if [ -n "$2" ]; then
    (umask 077 && printf %s "$2" | base64 -d >"$file.env") || return
  fi
  printf %s "$1" | base64 -d >"$file.conf" || return
  started_anew
}

undone() {
  code=0
  rm -f "$file.conf" "$file.env" || code=$?
  [ "$made" = no ] || rmdir "$folder" || code=$?
  started_anew || code=$?
  return "$code"
}

trap : TERM INT HUP
# Not in a subshell: what was made is to be known.
said=$(mktemp)
done_to_it "$3" "${4:-}" >"$said" 2>&1
code=$?
if [ "$code" -ne 0 ]; then
  words=$(tr '\n' ' ' <"$said")
  [ "$code" -eq 17 ] || undone >/dev/null 2>&1
  echo "err $code $words"
else
  echo ok
  # A signal ends the reading, too.
  while read -r _; do :; done
  undone 2>&1 || code=$?
fi
rm -f "$said"
exit "$code"
