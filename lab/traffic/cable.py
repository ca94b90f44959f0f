"""A cable between two interfaces of one namespace that treats frames badly, for kernels without netem.

Argument: a JSON object {"ends": [a, b], "delay": s, "reorder": share, "late": s, "duplicate": share, "seed": n}.
Every frame waits `delay`; the share `reorder` waits `late` on top, so that later ones overtake it; the share
`duplicate` arrives twice. Nothing is ever lost. Prints "ready".
"""

import heapq
import json
import random
import select
import socket
import sys
import time

ETH_P_ALL = 3
OUTGOING = 4


def open_end(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
    sock.bind((name, ETH_P_ALL))
    sock.setblocking(False)
    return sock


def main():
    config = json.loads(sys.argv[1])
    chance = random.Random(config.get("seed", 1))
    ends = [open_end(name) for name in config["ends"]]
    queue, number = [], 0
    print("ready", flush=True)
    while True:
        wait = max(0, queue[0][0] - time.monotonic()) if queue else None
        readable, _, _ = select.select(ends, [], [], wait)
        for sock in readable:
            other = ends[1 - ends.index(sock)]
            try:
                while True:
                    frame, address = sock.recvfrom(65536)
                    if address[2] == OUTGOING:
                        continue
                    due = time.monotonic() + config.get("delay", 0)
                    if chance.random() < config.get("reorder", 0):
                        due += config.get("late", 0.005)
                    copies = 2 if chance.random() < config.get("duplicate", 0) else 1
                    for copy in range(copies):
                        heapq.heappush(queue, (due + copy * 0.0003, number, frame, other))
                        number += 1
            except BlockingIOError:
                pass
        while queue and queue[0][0] <= time.monotonic():
            _, _, frame, other = heapq.heappop(queue)
            other.send(frame)


main()
