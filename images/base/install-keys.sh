#!/bin/sh
# Puts the keys of one run where ssh looks for them: the host key, made before the node was, so that known_hosts of every
# node is complete from the start; and the account's key pair, by which any node reaches any other.
set -eu
from=/etc/understudy/ssh

# The package made keys when the image was built: the same on every node, so they prove nothing.
rm -f /etc/ssh/ssh_host_*
install -m 0600 "$from/ssh_host_ed25519_key" /etc/ssh/ssh_host_ed25519_key
install -m 0644 "$from/ssh_host_ed25519_key.pub" /etc/ssh/ssh_host_ed25519_key.pub

account=$(cat "$from/account")
test -n "$account" || exit 0
home=$(getent passwd "$account" | cut -d: -f6)
group=$(id -g "$account")
install -d -m 0700 -o "$account" -g "$group" "$home/.ssh"
install -m 0600 -o "$account" -g "$group" "$from/id_ed25519" "$home/.ssh/id_ed25519"
install -m 0600 -o "$account" -g "$group" "$from/id_ed25519.pub" "$home/.ssh/authorized_keys"
install -m 0600 -o "$account" -g "$group" "$from/known_hosts" "$home/.ssh/known_hosts"
