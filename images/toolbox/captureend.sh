#!/bin/sh
# tcpdump calls it with each file that is full: it ends with the first, and what was captured is whole packets.
kill -INT "$PPID"
