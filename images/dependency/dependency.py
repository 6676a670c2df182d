#!/usr/bin/python3
"""A server that stands in for one which the software calls, or in front of one that is there.

dependency serve FILE: does what FILE says (JSON: the routes of a port that speaks HTTP, or ports that speak TCP), and writes
a line of JSON for each request, or for what becomes of each connection, to stdout.

dependency asked: how much each route was asked, what it answered, and which faults it did so under, as JSON lines.

Faults come over an abstract unix socket, which only processes in this network namespace can reach, as one line of JSON. A
fault is in force for as long as its connection is open, whatever becomes of who opened it.
"""
import asyncio
import json
import signal
import socket
import sys

CONTROL = "\0understudy-dependency"
MOST_BYTES = 1 << 20


class Control:
    def __init__(self, faults, servers):
        self.faults = faults
        self.servers = servers

    async def heard(self, reader, writer):
        from faults import Fault

        try:
            asked = json.loads(await reader.readline() or b"{}")
            if asked.get("asked"):
                counts = [one for server in self.servers for one in server.counts()]
                writer.write("".join(f"{json.dumps(one)}\n" for one in counts).encode())
            else:
                await self.faults.hold(Fault(asked), reader, writer)
            await writer.drain()
        except (ConnectionError, KeyError, ValueError) as error:
            writer.write(f"err 64 {error}\n".encode())
        finally:
            writer.close()


def servers_of(spec, faults):
    if spec["protocol"] == "http":
        from web import Server

        return [Server(spec, faults)]
    from tcp import Port

    return [Port(one, faults) for one in spec["routes"]]


async def serve(file):
    from faults import Faults

    with open(file, encoding="utf-8") as text:
        spec = json.load(text)
    faults = Faults(one["route"] for one in spec["routes"])
    servers = servers_of(spec, faults)
    await asyncio.start_unix_server(Control(faults, servers).heard, CONTROL, limit=MOST_BYTES)
    for server in servers:
        await server.serve()
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await told.wait()


def asked():
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(CONTROL)
        control.sendall(b'{"asked":true}\n')
        while text := control.recv(65536):
            sys.stdout.write(text.decode())


if sys.argv[1:2] == ["serve"] and len(sys.argv) == 3:
    asyncio.run(serve(sys.argv[2]))
elif sys.argv[1:] == ["asked"]:
    asked()
else:
    sys.exit("usage: dependency serve FILE | dependency asked")
