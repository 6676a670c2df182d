"""Ports that speak whatever is over TCP: answered by a script, or passed on to a server of the cluster."""
import asyncio
import datetime
import json
import time

from faults import reset
from script import Script

# Whoever asks to see what a fault does has its end of the connection here, and to each fault a block of these is one client.
PROBES = range(61000, 65536)
BLOCK = 128
PIECE = 1 << 16
# Bytes of answers that wait on one connection: who says more waits too.
MOST_WAITING = 1 << 22
# Seconds between two lines of one connection.
PULSE = 1


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


class Port:
    def __init__(self, spec, faults):
        self.spec = spec
        self.route = spec["route"]
        self.faults = faults
        self.made = 0
        self.open = {}
        self.past = {}
        faults.told.append(self.begun)

    async def serve(self):
        await asyncio.start_server(self.take, "0.0.0.0", self.spec["port"], backlog=1024, limit=PIECE)
        self.pulse = asyncio.create_task(self.tell_of_open())

    async def take(self, reader, writer):
        self.made += 1
        one = Connection(self, self.made, reader, writer)
        self.open[one.number] = one
        try:
            await one.live()
        except (ConnectionError, OSError):
            one.end = one.end or "closed"
        finally:
            del self.open[one.number]
            one.tell(one.end or "closed")
            self.count(one, self.past)

    def begun(self, fault):
        """Connections that stand when it begins meet it, too; only the first ones are past."""
        if fault.kind != "reset" or fault.route != self.route:
            return
        for one in self.open.values():
            if fault.meets(one.client) and not one.writer.is_closing():
                one.met.add(fault.kind)
                one.reset()

    async def tell_of_open(self):
        while True:
            await asyncio.sleep(PULSE)
            for one in self.open.values():
                one.tell(None)

    def count(self, one, counts):
        key = (" ".join(sorted(one.met)), one.ours)
        before = counts.get(key, (0, 0, 0))
        counts[key] = tuple(map(sum, zip(before, (1, one.asked, one.answered))))

    def counts(self):
        all_of_them = dict(self.past)
        for one in self.open.values():
            self.count(one, all_of_them)
        for (faults, ours), (connections, asked, answered) in sorted(all_of_them.items()):
            yield {
                "route": self.route,
                "faults": faults.split(),
                "ours": ours,
                "connections": connections,
                "askedBytes": asked,
                "answeredBytes": answered,
            }


class Connection:
    def __init__(self, port, number, reader, writer):
        self.port, self.number, self.reader, self.writer = port, number, reader, writer
        address, remote = writer.get_extra_info("peername")[:2]
        self.address = address
        self.ours = remote in PROBES
        self.client = (address, (remote - PROBES.start) // BLOCK if self.ours else None)
        self.at = now()
        self.asked = self.answered = 0
        self.met = set()
        self.end = None
        self.told = None
        # Pieces of answers with when each is due; None: there are no more.
        self.waiting = asyncio.Queue()
        self.room = asyncio.Condition()
        self.waits = 0
        # Of each fault that cuts answers short, how many bytes it still lets through.
        self.left = {}
        # Whether the last word was an answer, and what comes in its place.
        self.is_answering = False
        self.instead = None

    async def live(self):
        met = [one for one in self.port.faults.on(self.port.route, "reset", "first") if one.meets(self.client)]
        self.met.update(one.kind for one in met)
        self.tell(None)
        if met:
            return self.reset()
        speaking = asyncio.create_task(self.speak())
        source = asyncio.create_task(self.pass_on() if self.port.spec["proxies"] else self.play())
        left = {speaking, source}
        try:
            # What is said last is the end of it, wherever it comes from; so is what goes wrong on the way.
            while speaking in left:
                done, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    one.result()
        finally:
            for one in (speaking, source):
                one.cancel()
            self.writer.close()

    async def play(self):
        spec = self.port.spec
        answers = [{**one, "to": bytes.fromhex(one["to"])} for one in spec["answers"]]
        script = Script(bytes.fromhex(spec["ends"]), answers, PIECE)
        await self.answer(bytes.fromhex(spec["greeting"]), whole=True)
        while said := await self.reader.read(PIECE):
            self.heard(said)
            for answer in script.heard(said):
                if answer is None:
                    continue
                await self.answer(bytes.fromhex(answer["answer"]), whole=True)
                if answer["closes"]:
                    return await self.waiting.put(None)
        await self.waiting.put(None)

    async def pass_on(self):
        to = self.port.spec["proxies"]
        try:
            reader, writer = await asyncio.open_connection(to["node"], to["port"], limit=PIECE)
        except OSError:
            # Who asks there without us between is refused.
            return self.reset("unreachable")
        asking = asyncio.create_task(self.ask(writer))
        answering = asyncio.create_task(self.answer_all(reader))
        try:
            done, _ = await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_EXCEPTION)
            for one in done:
                one.result()
        finally:
            asking.cancel()
            answering.cancel()
            writer.close()

    async def answer_all(self, reader):
        try:
            while said := await reader.read(PIECE):
                await self.answer(said)
        except ConnectionError:
            return self.reset()
        await self.waiting.put(None)

    async def ask(self, writer):
        while said := await self.reader.read(PIECE):
            self.heard(said)
            writer.write(said)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    def heard(self, said):
        self.asked += len(said)
        self.is_answering = False

    async def answer(self, said, whole=False):
        """A piece of an answer; `whole`: an answer by itself."""
        if not said:
            return
        begins = whole or not self.is_answering
        self.is_answering = True
        if begins:
            self.instead = next(iter(self.port.faults.on(self.port.route, "body")), None)
        if self.instead:
            self.met.add("body")
            said = self.instead.body.encode() if begins else b""
        slow = self.port.faults.on(self.port.route, "slow")
        self.met.update(one.kind for one in slow)
        if said:
            await self.fit(len(said))
            await self.waiting.put((time.monotonic() + sum(one.delay for one in slow), said))

    async def fit(self, size):
        async with self.room:
            await self.room.wait_for(lambda: self.waits == 0 or self.waits + size <= MOST_WAITING)
            self.waits += size

    async def speak(self):
        """Says what is due, in order, as far as the faults that are in force then let it through."""
        while piece := await self.waiting.get():
            due, said = piece
            await asyncio.sleep(max(0, due - time.monotonic()))
            while hangs := self.port.faults.on(self.port.route, "hang"):
                self.met.add("hang")
                await hangs[0].over.wait()
            if self.cut(said):
                break
            self.writer.write(said)
            self.answered += len(said)
            await self.writer.drain()
            async with self.room:
                self.waits -= len(said)
                self.room.notify()
        self.writer.close()

    def cut(self, said):
        """Whether that was the last that is let through."""
        for fault in self.port.faults.on(self.port.route, "truncate"):
            left = self.left.get(fault, fault.bytes)
            self.left[fault] = left - len(said)
            if left > len(said):
                continue
            self.met.add("truncate")
            self.writer.write(said[:left])
            self.answered += left
            self.end = "cut"
            return True
        return False

    def reset(self, end="reset"):
        self.end = end
        self.waiting.put_nowait(None)
        reset(self.writer.transport)

    def tell(self, end):
        """A line of its own whenever something became of it; the last one of a connection has all of it."""
        line = {
            "at": self.at,
            "route": self.port.route,
            "connection": self.number,
            "client": self.address,
            "ours": self.ours,
            "faults": sorted(self.met),
            "askedBytes": self.asked,
            "answeredBytes": self.answered,
            "end": end,
        }
        if line != self.told:
            print(json.dumps(line), flush=True)
            self.told = line
