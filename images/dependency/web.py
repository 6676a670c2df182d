"""Routes of HTTP: answered as the spec says, or passed on to a server of the cluster."""
import asyncio
import collections
import datetime
import json

import aiohttp
from aiohttp import web
from yarl import URL

from faults import reset

OURS = "understudy-probe/"
# Of one connection, not of what is asked over it (RFC 9110, 7.6.1).
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
PATIENCE = aiohttp.ClientTimeout(total=None, sock_connect=10)


class Server:
    def __init__(self, spec, faults):
        routes = spec["routes"]
        self.port = spec["port"]
        self.proxies = spec["proxies"]
        self.faults = faults
        self.exact = {one["route"]: one for one in routes if not one["route"].endswith("/*")}
        below = (one for one in routes if one["route"].endswith("/*"))
        self.below = sorted(below, key=lambda one: -len(one["route"]))
        self.asked = collections.Counter()

    async def serve(self):
        self.client = aiohttp.ClientSession(
            auto_decompress=False,
            connector=aiohttp.TCPConnector(force_close=True, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=["User-Agent", "Accept", "Accept-Encoding", "Content-Type"],
            timeout=PATIENCE,
        )
        runner = web.ServerRunner(web.Server(self.answer, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", self.port, backlog=1024).start()

    def route_of(self, request):
        """The declared route that a request is for: its own, or the longest that it is below."""
        name = f"{request.method} {request.path}"
        found = self.exact.get(name)
        return found or next((one for one in self.below if name.startswith(one["route"][:-1])), None)

    async def answer(self, request):
        asked = await request.content.read()
        agent = request.headers.get("User-Agent", "")
        route = self.route_of(request)
        name = route["route"] if route else None
        client = (request.remote, agent)
        met = [one for one in self.faults.on(name) if one.meets(client)]
        forced = next((one.status for one in met if one.status), None)
        is_reset = any(one.kind == "reset" for one in met)
        answer = None
        if forced is None and not is_reset:
            answer = await self.usual(request, asked, route)
        status = 0 if is_reset else forced or answer["status"]
        self.note(request, agent, name, status, [one.kind for one in met])
        for fault in met:
            await asyncio.sleep(fault.delay)
            if fault.kind == "hang":
                await fault.over.wait()
        if answer is None:
            return self.reset(request) if is_reset else web.Response(status=status, text=f"{status}\n")
        return await self.give(request, answer, met)

    async def usual(self, request, asked, route):
        """What is answered where no fault is."""
        if route is not None and route["body"] is not None:
            has_type = any(name.lower() == "content-type" for name in route["headers"])
            headers = {**({} if has_type else PLAIN), **route["headers"]}
            return {"status": route["status"], "headers": headers.items(), "body": route["body"].encode()}
        if self.proxies is None:
            return {"status": 404, "headers": PLAIN.items(), "body": b"404\n"}
        url = f"http://{self.proxies['node']}:{self.proxies['port']}"
        try:
            async with self.client.request(
                request.method,
                URL(url + request.raw_path, encoded=True),
                headers=onward(request.headers),
                data=asked or None,
                allow_redirects=False,
            ) as got:
                return {"status": got.status, "headers": onward(got.headers), "body": await got.read()}
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            text = f"{self.proxies['node']}:{self.proxies['port']}: {error}\n"
            return {"status": 502, "headers": PLAIN.items(), "body": text.encode()}

    async def give(self, request, answer, met):
        body = next((one.body.encode() for one in met if one.body is not None), answer["body"])
        kept = next((one.bytes for one in met if one.bytes is not None), None)
        response = web.StreamResponse(status=answer["status"])
        for name, value in answer["headers"]:
            response.headers.add(name, value)
        # What is answered to HEAD has the length of what is not there.
        if request.method != "HEAD":
            response.headers["Content-Length"] = str(len(body))
        await response.prepare(request)
        await response.write(body if kept is None else body[:kept])
        if kept is None:
            await response.write_eof()
        elif request.transport:
            request.transport.close()
        return response

    def reset(self, request):
        if request.transport:
            reset(request.transport)
        return web.Response()

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

    def counts(self):
        for (route, status, faults, ours), count in sorted(self.asked.items(), key=str):
            yield {"route": route, "status": status, "faults": faults.split(), "ours": ours, "count": count}


def onward(headers):
    """Those that go on with what is asked or answered, as often as each is there."""
    named = {one.strip().lower() for one in headers.get("Connection", "").split(",")}
    return [(name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP | named]
