"""Where things are on the shared archive, and how they get there."""

import errno
import json
import os
import shutil
import socket
import time
from pathlib import Path

ARCHIVE = Path("/archive")
INCOMING = ARCHIVE / "incoming"
THUMBNAILS = ARCHIVE / "thumbnails"
LOG = ARCHIVE / "log"

#: ENOSPC: no bytes or no inodes left; EDQUOT: the same by quota.
FULL = (errno.ENOSPC, errno.EDQUOT)


def make_folders() -> None:
    for folder in (INCOMING, THUMBNAILS, LOG):
        folder.mkdir(parents=True, exist_ok=True)


def thumbnail_of(name: str) -> Path:
    return THUMBNAILS / f"{Path(name).stem}.png"


def put(source: Path, target: Path, *, atomic: bool) -> None:
    """Copies `source` to `target`. Atomic: a reader, or a crash, finds the whole file or none."""
    if not atomic:
        shutil.copyfile(source, target)
        return
    beside = target.with_name(f".{target.name}.{socket.gethostname()}.part")
    try:
        with source.open("rb") as reader, beside.open("wb") as writer:
            shutil.copyfileobj(reader, writer)
            writer.flush()
            os.fsync(writer.fileno())
        beside.rename(target)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def record(log: str, **fields: object) -> None:
    """Appends one line of JSON. A line is one write with O_APPEND, so lines of several nodes do not mix."""
    line = json.dumps({"at": time.time(), "node": socket.gethostname(), **fields})
    with (LOG / log).open("a") as writer:
        writer.write(line + "\n")
