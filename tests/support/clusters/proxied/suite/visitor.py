"""Writes to the store and reads it again, four times a second, with deadlines and retries: what is written must be there."""
import sys
import threading
import time
import urllib.request

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

SECONDS = 40
wrong = []
seen = {"late": 0, "lost": 0, "silent": 0, "page": 0, "another": 0}
retry = {"retry": Retry(ConstantBackoff(0.1), 60), "retry_on_error": [redis.ConnectionError, redis.TimeoutError]}
patience = {"socket_timeout": 1, "socket_connect_timeout": 1}
store = redis.Redis(host="cache", **patience, **retry)
over = threading.Event()


def look():
    """Sees what who tries again gets over: a new connection each time, given up at once."""
    while not over.wait(0.2):
        began = time.monotonic()
        onlooker = redis.Redis(host="cache", **patience)
        try:
            onlooker.ping()
            seen["late"] += time.monotonic() - began > 0.25
        except redis.TimeoutError:
            seen["silent"] += 1
        except redis.ConnectionError:
            seen["lost"] += 1
        finally:
            onlooker.close()


def read():
    with urllib.request.urlopen("http://front:8080/page?at=1", timeout=2) as answer:
        text, pages = answer.read().decode(), answer.headers.get_all("X-Page")
    if pages != ["1", "2"]:
        wrong.append(f"headers that were not passed on: {pages}")
    seen["page" if text == "GET /page?at=1" else "another"] += 1


posted = urllib.request.Request("http://front:8080/elsewhere", data=b"abc", method="POST")
with urllib.request.urlopen(posted, timeout=2) as answer:
    if answer.read() != b"cba":
        wrong.append("what was posted did not get there")
looking = threading.Thread(target=look)
looking.start()
began = time.monotonic()
count = 0
while time.monotonic() - began < SECONDS:
    store.set("count", count)
    if store.get("count") != str(count).encode():
        wrong.append(f"{count} was not there")
    read()
    count += 1
    time.sleep(0.25)
over.set()
looking.join()
wrong += [f"{what} was never seen" for what, times in seen.items() if times == 0]
print(f"{count} were written", seen, *wrong, sep="\n")
sys.exit(1 if wrong else 0)
