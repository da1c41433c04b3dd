#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A second implementation of Diameter's messages between peers, from RFC 6733 alone.

Prints the packets of tests/unit/diameter-test.c: probe.test of realm test, at 192.0.2.1
or 2001:db8::1, hop-by-hop 0x01020304, end-to-end 0x05060708.
"""
import ipaddress
import struct


def avp(code, value, flags=0x40):
    head = struct.pack(">II", code, flags << 24 | (8 + len(value)))
    return head + value + bytes(-len(value) % 4)


def message(command, flags, avps):
    body = b"".join(avps)
    return struct.pack(">IIIII", 1 << 24 | (20 + len(body)), flags << 24 | command, 0,
                       0x01020304, 0x05060708) + body


def address(text):
    parsed = ipaddress.ip_address(text)
    return struct.pack(">H", 1 if parsed.version == 4 else 2) + parsed.packed


WE = [avp(264, b"probe.test"), avp(296, b"test")]
NUMBER = struct.Struct(">I").pack


def cer(own):
    return message(257, 0x80, WE + [
        avp(257, address(own)), avp(266, NUMBER(0)), avp(269, b"bellwether", 0),
        avp(258, NUMBER(0xFFFFFFFF))])


def cea(result, *more, flags=0):
    return message(257, flags, [avp(268, NUMBER(result)), *more,
                                avp(264, b"aaa1.test"), avp(296, b"test")])


if __name__ == "__main__":
    for name, made in (
        ("CER, IPv4", cer("192.0.2.1")),
        ("CER, IPv6", cer("2001:db8::1")),
        ("DPR", message(282, 0x80, WE + [avp(273, NUMBER(2))])),
        ("CEA", cea(2001)),
        ("CEA of a stranger", cea(3010, avp(281, b"who are you?", 0), flags=0x20)),
        ("CEA without a result", message(257, 0, WE)),
    ):
        print(name, made.hex(), sep=": ")
