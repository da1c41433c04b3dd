#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A second implementation of TACACS+ packets, from RFC 8907 alone.

Prints the packets of tests/unit/tacacs-test.c: session 0x0a0b0c0d, secret "trial".
"""
import hashlib
import struct

SESSION, SECRET = 0x0A0B0C0D, b"trial"


def packet(sequence, body, session=SESSION, secret=SECRET):
    head = struct.pack(">BBBBII", 0xC0, 1, sequence, 0, session, len(body))
    pad = part = b""
    while len(pad) < len(body):
        part = hashlib.md5(
            struct.pack(">I", session) + secret + bytes([0xC0, sequence]) + part
        ).digest()
        pad += part
    return head + bytes(a ^ b for a, b in zip(body, pad))


def start(user):
    port = b"bellwether"
    return packet(1, struct.pack(">8B", 1, 1, 1, 1, len(user), len(port), 0, 0)
                  + user + port)


def reply(status, message=b"", data=b"", **other):
    return packet(2, struct.pack(">BBHH", status, 0, len(message), len(data))
                  + message + data, **other)


for name, made in (
    ("start", start(b"")),
    ("start of bob", start(b"bob")),
    ("reply GETUSER", reply(4, b"Username: ")),
    ("reply PASS, 40 octets of message, 3 of data", reply(1, b"0123456789" * 4, b"abc")),
    ("reply FOLLOW", reply(0x21)),
    ("reply of another secret", reply(4, b"Username: ", secret=b"trail")),
    ("abort", packet(3, struct.pack(">HHB", 0, 0, 1))),
):
    print(name, made.hex(), sep=": ")
