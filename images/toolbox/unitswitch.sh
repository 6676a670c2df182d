#!/bin/sh
# unitswitch stop|start UNIT…: tells the node's systemd to stop units, or to start them, and does not wait for them: what becomes of
# them then is their own affair. That one fell too often before is forgotten.
#
# It shares its pid namespace with the node, reaches its systemctl through /proc/1/root, and needs SYS_PTRACE and SYS_CHROOT for
# that.
set -u
what=${1:-}
[ $# -lt 2 ] || shift
case $what in
  stop) ;;
  start) chroot /proc/1/root systemctl reset-failed "$@" 2>/dev/null ;;
  *)
    echo "usage: unitswitch stop|start UNIT…" >&2
    exit 64
    ;;
esac
exec chroot /proc/1/root systemctl --no-block "$what" "$@"
