#!/bin/sh
# unitswitch stop|start UNIT: tells the node's systemd to stop a unit, or to start it, and does not wait for it: what becomes of
# it then is its own affair. That it fell too often before is forgotten.
#
# It shares its pid namespace with the node, reaches its systemctl through /proc/1/root, and needs SYS_PTRACE and SYS_CHROOT for
# that.
set -u
case ${1:-} in
  stop) ;;
  start) chroot /proc/1/root systemctl reset-failed "$2" 2>/dev/null ;;
  *)
    echo "usage: unitswitch stop|start UNIT" >&2
    exit 64
    ;;
esac
exec chroot /proc/1/root systemctl --no-block "$1" "$2"
