"""Sends the other node 46,000 datagrams of 1,400 bytes, slowly enough for a capture to see them."""

import socket
import time

to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
address = (socket.gethostbyname("server-1"), 9)
for number in range(46_000):
    to.sendto(bytes(1_400), address)
    if number % 100 == 0:
        time.sleep(0.002)
