"""Faults of a server that stands in for another one, each for as long as whoever asked for it holds its connection."""
import asyncio
import collections
import random
import socket
import struct

# Kinds of faults that happen to a share of what they are on, drawn each time.
SHARED = ("error", "reset")


def reset(transport):
    """Its connection ends by a reset, with nothing lingering (socket(7)); one that has just ended stays as it is."""
    if transport.is_closing():
        return
    peer = transport.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Fault:
    def __init__(self, asked):
        self.kind = asked["kind"]
        self.route = asked["route"]
        self.delay = asked.get("delayMs", 0) / 1000
        self.status = asked.get("status")
        self.ratio = asked.get("ratio", 1)
        self.count = asked.get("count", 0)
        self.bytes = asked.get("afterBytes")
        self.body = asked.get("body")
        self.draws = random.Random(asked.get("seed", ""))
        self.seen = collections.Counter()
        self.over = asyncio.Event()

    def meets(self, client):
        """Whether it does anything to what this client asks, or to its connection."""
        self.seen[client] += 1
        if self.kind == "first":
            return self.seen[client] <= self.count
        return self.kind not in SHARED or self.draws.random() < self.ratio


class Faults:
    """Those in force."""

    def __init__(self, routes):
        self.routes = set(routes)
        self.all = []
        self.told = []

    def on(self, route, *kinds):
        return [one for one in self.all if one.route == route and (not kinds or one.kind in kinds)]

    async def hold(self, fault, reader, writer):
        """Until the other end of the connection closes, and no longer."""
        if fault.route not in self.routes:
            raise ValueError(f"there is no route {fault.route}")
        self.all.append(fault)
        try:
            for tell in self.told:
                tell(fault)
            writer.write(b"ok\n")
            await reader.read()
        finally:
            self.all.remove(fault)
            fault.over.set()
