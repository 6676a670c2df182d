#!/bin/sh
# rootqdisc DEVICE HANDLE: an htb of ours that everything of DEVICE passes, by whose HANDLE it is known as ours. Only what
# the kernel itself put there (handle 0:) makes room for it; any other is left as it is, and named (code 17).
said=$(tc qdisc add dev "$1" root handle "$2" htb default 0 2>&1) && exit
code=$?
found=$(tc qdisc show dev "$1" root | grep -v '^qdisc [^ ]* 0:')
[ -z "$found" ] || { echo "$1 has a root qdisc that is not ours, and it stays: $found"; exit 17; }
echo "$said"
exit "$code"
