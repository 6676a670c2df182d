"""Puts pictures from stdin into the intake's folder: a line `NAME SIZE`, then SIZE bytes, again and again."""

import os
import sys

while line := sys.stdin.buffer.readline():
    name, size = line.decode().split()
    path = f"/archive/incoming/{name}"
    with open(f"{path}.part", "wb") as part:
        part.write(sys.stdin.buffer.read(int(size)))
    os.rename(f"{path}.part", path)
