#!/bin/sh
# What this host's kernel offers to faults, as one line of JSON. Each is tried for real in this container's own network
# namespace, which goes with it; nothing is read from a list.
# What has not answered by then is not able: no host is to keep anybody waiting for ever.
in_time() { timeout --kill-after=1 10 "$@"; }
able() { if "$@" >/dev/null 2>&1; then echo true; else echo false; fi; }
queued() {
  nft add table ip understudy_shape &&
    nft add set ip understudy_shape sources '{ type ipv4_addr; }' &&
    nft add chain ip understudy_shape in '{ type filter hook input priority mangle; }' &&
    queuerule understudy_shape in sources 47 &&
    [ "$(in_time linkshape 47 </dev/null)" = ok ]
}
duplicated() {
  nft add table ip understudy_copies &&
    nft add chain ip understudy_copies out '{ type filter hook output priority 0; }' &&
    nft add rule ip understudy_copies out ip daddr 198.18.0.1 numgen random mod 2 '<' 1 dup to 198.18.0.1
}
answering() { [ "$(in_time dnsfault slow 0 </dev/null)" = ok ]; }
netem=$(able tc qdisc add dev lo root netem delay 1ms)
tc qdisc del dev lo root 2>/dev/null
htb=$(able tc qdisc add dev lo root handle 1: htb default 0)
nftables=$(able nft add table inet understudy_ability)
nfqueue=$(able queued)
duplicating=$(able duplicated)
clocks=$(able in_time clockask try)
names=$(able answering)
layers=$(able in_time disklayer try)
tracing=$(able in_time crashpoint try)
printf '{"netem":%s,"htb":%s,"nftables":%s,"nfqueue":%s,"duplicating":%s,"clocks":%s,"names":%s,"layers":%s,"tracing":%s}\n' \
  "$netem" "$htb" "$nftables" "$nfqueue" "$duplicating" "$clocks" "$names" "$layers" "$tracing"
