#!/bin/sh
# unitswitch stop|start UNIT…: tells the node's systemd to stop units, or to start them, and does not wait for them: what becomes of
# them then is their own affair. That one fell too often before is forgotten.
#
# The systemctl is the node's, and may do nothing that the side-car may (powerless.c). It shares its pid namespace with the node,
# and needs SYS_PTRACE and SYS_CHROOT for that.
set -u
what=${1:-}
[ $# -lt 2 ] || shift
case $what in
  stop) ;;
  start) powerless systemctl reset-failed "$@" 2>/dev/null ;;
  *)
    echo "usage: unitswitch stop|start UNIT…" >&2
    exit 64
    ;;
esac
exec powerless systemctl --no-block "$what" "$@"
