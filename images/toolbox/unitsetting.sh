#!/bin/sh
# unitsetting UNIT NAME: a systemd unit of the node has other settings until stdin ends or a signal comes. The first line of
# stdin is CONF [VARIABLES]: the text of a drop-in that systemd reads after all others, and that of a file of variables beside
# it, which CONF names as zz-understudy-NAME.env in its own folder, both in base64. They are no arguments, since a value may be a
# secret, and anybody on the host may read those. The unit is started anew at the beginning and at the end, and not waited
# for: what becomes of it is its own affair.
#
# Says "ok", or "err CODE MESSAGE" where it could not. It shares its pid namespace with the node, reaches its files through
# /proc/1/root, and needs SYS_PTRACE and SYS_CHROOT for that; the systemctl is the node's, and may do nothing of it (powerless.c).
set -u
unit=$1
name=$2
file=
made=no

started_anew() {
  powerless systemctl daemon-reload || return
  # It may have been started too often already; that is ours, and forgotten.
  powerless systemctl reset-failed "$unit" 2>/dev/null
  powerless systemctl --no-block restart "$unit"
}

done_to_it() {
  [ -n "$1" ] || { echo 'there is no setting on stdin'; return 64; }
  units=$(nodepath /run/systemd/system) || { code=$?; echo "$units"; return "$code"; }
  folder=$units/$unit.d
  [ ! -L "$folder" ] || { echo "${folder#/proc/1/root} is a link, and it stays"; return 40; }
  file=$folder/zz-understudy-$name
  [ -d "$folder" ] || { mkdir -p "$folder" && made=yes; } || return
  for one in "$file.conf" "$file.env"; do
    [ ! -e "$one" ] && [ ! -L "$one" ] || { echo "${one#/proc/1/root} is there already"; return 17; }
  done
  if [ -n "$2" ]; then
    (umask 077 && printf %s "$2" | base64 -d >"$file.env") || return
  fi
  printf %s "$1" | base64 -d >"$file.conf" || return
  started_anew
}

undone() {
  code=0
  [ -n "$file" ] || return 0
  rm -f "$file.conf" "$file.env" || code=$?
  [ "$made" = no ] || rmdir "$folder" || code=$?
  started_anew || code=$?
  return "$code"
}

trap : TERM INT HUP
# Not in a subshell: what was made is to be known.
said=$(mktemp)
read -r conf variables
done_to_it "$conf" "$variables" >"$said" 2>&1
code=$?
if [ "$code" -ne 0 ]; then
  words=$(tr '\n' ' ' <"$said")
  # In one, so that the code stays what it is.
  [ "$code" -eq 17 ] || (undone) >/dev/null 2>&1
  echo "err $code $words"
else
  echo ok
  # A signal ends the reading, too.
  while read -r _; do :; done
  undone 2>&1 || code=$?
fi
rm -f "$said"
exit "$code"
