"""A second suite, in another language, run inside the client: what a person would try first on a new farm."""

import json
import os
import pwd
import socket
import subprocess
import time
from pathlib import Path

import pytest
import redis

HANDLE = json.loads(Path(os.environ["UNDERSTUDY_HANDLE"]).read_text())
NODES = [node["name"] for node in HANDLE["nodes"]]


def test_the_broker_answers():
    assert redis.Redis(host="broker", socket_timeout=20).ping()


def test_the_suite_runs_as_the_farms_account():
    assert pwd.getpwuid(os.getuid()).pw_name == "render"
    assert os.getuid() == 2001


@pytest.mark.parametrize("node", NODES)
def test_every_node_is_found_by_name(node):
    address = next(one["address"] for one in HANDLE["nodes"] if one["name"] == node)
    assert socket.gethostbyname(node) == address


@pytest.mark.parametrize("node", NODES)
def test_every_node_is_reached_by_ssh_as_the_farms_account(node):
    argv = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30", node, "id", "-un"]
    assert subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout.strip() == "render"


def test_a_picture_goes_all_the_way():
    name = f"smoke-{time.time_ns()}"
    incoming = Path("/archive/incoming")
    part = incoming / f"{name}.part"
    part.write_bytes(b"P6\n8 8\n255\n" + bytes([9]) * 8 * 8 * 3)
    part.rename(incoming / f"{name}.ppm")
    thumbnail = Path(f"/archive/thumbnails/{name}.png")
    deadline = time.monotonic() + 60
    while not thumbnail.exists():
        assert time.monotonic() < deadline, f"{thumbnail} is not there after 60 s"
        time.sleep(0.1)
