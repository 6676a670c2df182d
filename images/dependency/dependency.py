#!/usr/bin/python3
"""A server that stands in for one which the software calls.

dependency serve FILE: gives the answers that FILE has (JSON: port, and a list of routes), and writes a line of JSON for
each request to stdout, as soon as it has come.

dependency asked: how often each route was asked, what it answered, and which faults it did so under, as JSON lines.

Faults come over an abstract unix socket, which only processes in this network namespace can reach, as one line of JSON. A
fault is in force for as long as its connection is open, whatever becomes of who opened it.
"""
import asyncio
import collections
import datetime
import json
import random
import signal
import socket
import sys

CONTROL = "\0understudy-dependency"
MOST_BYTES = 1 << 20
OURS = "understudy-probe/"


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
        """Whether it does anything to this request of this client."""
        self.seen[client] += 1
        if self.kind == "first":
            return self.seen[client] <= self.count
        return self.kind != "error" or self.draws.random() < self.ratio


class Server:
    def __init__(self, routes):
        self.names = {one["route"] for one in routes}
        self.exact = {one["route"]: one for one in routes if not one["route"].endswith("/*")}
        below = (one for one in routes if one["route"].endswith("/*"))
        self.below = sorted(below, key=lambda one: -len(one["route"]))
        self.faults = []
        self.asked = collections.Counter()

    def route_of(self, request):
        """The declared route that a request is for: its own, or the longest that it is below."""
        name = f"{request.method} {request.path}"
        found = self.exact.get(name)
        return found or next((one for one in self.below if name.startswith(one["route"][:-1])), None)

    async def answer(self, request):
        from aiohttp import web

        async for _ in request.content.iter_any():
            continue
        agent = request.headers.get("User-Agent", "")
        route = self.route_of(request)
        name = route["route"] if route else None
        client = (request.remote, agent)
        met = [one for one in self.faults if one.route == name and one.meets(client)]
        status = next((one.status for one in met if one.status), route["status"] if route else 404)
        self.note(request, agent, name, status, [one.kind for one in met])
        for fault in met:
            await asyncio.sleep(fault.delay)
            if fault.kind == "hang":
                await fault.over.wait()
        if any(one.status for one in met) or route is None:
            return web.Response(status=status, text=f"{status}\n")
        body = next((one.body for one in met if one.body is not None), route["body"]).encode()
        headers = {"Content-Type": "text/plain; charset=utf-8", **route["headers"]}
        kept = next((one.bytes for one in met if one.bytes is not None), None)
        if kept is None:
            return web.Response(status=status, headers=headers, body=body)
        response = web.StreamResponse(status=status, headers={**headers, "Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[:kept])
        if request.transport:
            request.transport.close()
        return response

    def note(self, request, agent, route, status, faults):
        self.asked[(route, status, " ".join(faults), agent.startswith(OURS))] += 1
        line = {
            "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds"),
            "route": route,
            "method": request.method,
            "path": request.path,
            "status": status,
            "faults": faults,
            "client": request.remote,
            "agent": agent,
        }
        print(json.dumps(line), flush=True)

    async def control(self, reader, writer):
        try:
            asked = json.loads(await reader.readline() or b"{}")
            if asked.get("asked"):
                writer.write("".join(f"{json.dumps(one)}\n" for one in self.counts()).encode())
            else:
                fault = Fault(asked)
                if fault.route not in self.names:
                    raise ValueError(f"there is no route {fault.route}")
                await self.hold(fault, reader, writer)
            await writer.drain()
        except (ConnectionError, KeyError, ValueError) as error:
            writer.write(f"err 64 {error}\n".encode())
        finally:
            writer.close()

    async def hold(self, fault, reader, writer):
        self.faults.append(fault)
        try:
            writer.write(b"ok\n")
            await reader.read()
        finally:
            self.faults.remove(fault)
            fault.over.set()

    def counts(self):
        for (route, status, faults, ours), count in sorted(self.asked.items(), key=str):
            yield {"route": route, "status": status, "faults": faults.split(), "ours": ours, "count": count}


async def serve(file):
    from aiohttp import web

    with open(file, encoding="utf-8") as text:
        mock = json.load(text)
    server = Server(mock["routes"])
    await asyncio.start_unix_server(server.control, CONTROL, limit=MOST_BYTES)
    runner = web.ServerRunner(web.Server(server.answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", mock["port"], backlog=1024).start()
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
