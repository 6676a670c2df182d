#!/bin/sh
# Process 1 of the machine (machine.ts). `nodes` comes from the kernel's command line: NAME=ADDRESS, a comma between two. Each
# is a network namespace of its own on one bridge, where the side-car's runner listens at the serial port of that name. Whoever
# holds the other ends lets go of them to end the machine: a runner goes at the end of its input.
set -eu
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
trap 'poweroff -f' EXIT
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
# udev's work where there is one; bash needs it for what it reads of another process.
ln -s /proc/self/fd /dev/fd
exec >/dev/console 2>&1
modprobe virtio_pci
modprobe virtio_console
port_of() {
  for port in /sys/class/virtio-ports/*; do
    [ "$(cat "$port/name")" != "$1" ] || echo "/dev/${port##*/}"
  done
}
ip link add bridge type bridge
ip link set bridge up
for one in $(echo "$nodes" | tr , ' '); do
  name=${one%%=*}
  ip netns add "$name"
  ip link add "$name" type veth peer name eth0 netns "$name"
  ip link set "$name" master bridge up
  ip -n "$name" link set lo up
  ip -n "$name" address add "${one#*=}/24" dev eth0
  ip -n "$name" link set eth0 up
  ip netns exec "$name" runner <>"$(port_of "$name")" >&0 &
done
echo "the machine is up"
wait
