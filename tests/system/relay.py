# SPDX-License-Identifier: BSD-3-Clause
# A path to an agent that loses, delays or stops datagrams: relay.py PORT TO FIFO. A line
# "LOSS DELAY" in the FIFO makes it lose so many percent, each way, and delay each datagram
# by so many milliseconds; which are lost is the same in each run.
import heapq
import os
import random
import select
import socket
import sys
import time

port, to, fifo = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
chance = random.Random(1)
loss, delay = 0.0, 0.0
near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
near.bind(("127.0.0.1", port))
words = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
# Each asker has a socket of its own, so that answers find their way.
far = {}
askers = {}
waiting = []  # (due, order, socket, bytes, destination or None)
order = 0
print("ready", flush=True)


def send(sock, data, address):
    global order
    if chance.random() * 100 < loss:
        return
    order += 1
    heapq.heappush(waiting, (time.monotonic() + delay, order, sock, data, address))


def take_words():
    global loss, delay
    for line in os.read(words, 4096).decode().splitlines():
        loss, delay = float(line.split()[0]), float(line.split()[1]) / 1000
        print("set", line, flush=True)


while True:
    timeout = max(0, waiting[0][0] - time.monotonic()) if waiting else None
    ready = select.select([near, words, *askers], [], [], timeout)[0]
    for sock in ready:
        if sock == words:
            take_words()
        elif sock is near:
            data, asker = near.recvfrom(65535)
            if asker not in far:
                far[asker] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                far[asker].connect(("127.0.0.1", to))
                askers[far[asker]] = asker
            send(far[asker], data, None)
        else:
            try:
                send(near, sock.recv(65535), askers[sock])
            except ConnectionRefusedError:
                pass
    while waiting and waiting[0][0] <= time.monotonic():
        _, _, sock, data, address = heapq.heappop(waiting)
        try:
            sock.sendto(data, address) if address else sock.send(data)
        except ConnectionRefusedError:
            pass
