#!/bin/sh
# Fails unless link-local addresses and the rest of the pool are unreachable from the node, and it has no address of IPv6,
# link-local ones among these, also after it was restarted.
set -eu
node=$(sed -n 's/.*"container": *"\([^"]*\)".*/\1/p' "$UNDERSTUDY_HANDLE" | head -1)

refused() { # /proc/net/route: destination in little-endian hex; flag 0x200 is "reject"
  docker exec "$node" awk -v to="$1" '$2 == to && $4 ~ /^02/ { found = 1 } END { exit !found }' /proc/net/route
}
no_ipv6() { ! docker exec "$node" grep -v ' lo$' /proc/net/if_inet6; }
isolated() { no_ipv6 && refused 0000FEA9 && refused 000012C6; }

isolated || { echo "not isolated when it is ready" >&2; exit 1; }
docker restart --time 0 "$node" >/dev/null
for _ in $(seq 100); do
  if isolated; then exit 0; fi
  sleep 0.1
done
echo "not isolated again within 10 s of a restart" >&2
exit 1
