#!/bin/sh
# Fails unless the node may have the 24 processes of its role and no more, also after it was restarted.
set -eu
node=$(sed -n 's/.*"container": *"\([^"]*\)".*/\1/p' "$UNDERSTUDY_HANDLE" | head -1)

forks() { docker exec "$node" sh -c 'for _ in $(seq "$1"); do sleep 3 & done; wait' sh "$1" 2>/dev/null; }
limited() { forks 12 && ! forks 40; }

limited || { echo "not limited when it is ready" >&2; exit 1; }
docker restart --time 0 "$node" >/dev/null
limited || { echo "not limited after a restart" >&2; exit 1; }
