"""Asks the other node for a page for eight seconds, and after four of them starts more processes than it may have."""

import os
import time
import urllib.request

began = time.monotonic()


def crowd():
    children = []
    try:
        for _ in range(60):
            pid = os.fork()
            if pid == 0:
                time.sleep(0.2)
                os._exit(0)
            children.append(pid)
    except BlockingIOError:
        pass
    for pid in children:
        os.waitpid(pid, 0)


while time.monotonic() - began < 8:
    with urllib.request.urlopen("http://server-1:8000/secret.txt", timeout=8) as answer:
        assert answer.read() == b"in the clear"
    if 4 < time.monotonic() - began < 6:
        crowd()
