#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A second implementation of Bellwether's message, from the manual page alone.

Without arguments it prints the test vectors (messages.txt); with a file it computes
that file's pair keys and messages again and says which differ.
"""
import hashlib
import hmac
import ipaddress
import struct
import sys

SECRET = "8f3c1d5e7a902b4c6d8e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e"
LONG = "00112233445566778899aabbccddeeff" * 5
SINGLE = {  # name: (attribute, format)
    "spread": (3, ">I"), "reason": (5, ">H"), "retry-after": (9, ">I"),
    "mark": (10, ">Q"), "clock": (11, ">Q"), "stage": (12, ">B"), "place": (13, ">B"),
}
TEXTUAL = {"text": 6, "server": 7, "client": 8}


def mapped(text):
    address = ipaddress.ip_address(text)
    if address.version == 4:
        return bytes(10) + b"\xff\xff" + address.packed
    return address.packed


def pair_key(fields):
    info = (b"bellwether 1" + mapped(fields["server-address"])
            + mapped(fields["client-address"]))
    prk = hmac.digest(bytes(32), bytes.fromhex(fields["secret"]), "sha256")
    return hmac.digest(prk, info + b"\x01", "sha256")


def attributes(fields):
    found = []
    for line in fields.get("alternate", []):
        priority, weight, port, address, name = line.split(" ")
        packed = ipaddress.ip_address(address).packed
        family = 1 if len(packed) == 4 else 2
        found.append((1, struct.pack(">HHHB", int(priority), int(weight), int(port),
                                     family) + packed + name.encode()))
    for name, (number, form) in SINGLE.items():
        if name in fields:
            found.append((number, struct.pack(form, int(fields[name]))))
    for name, number in TEXTUAL.items():
        if name in fields:
            found.append((number, fields[name].encode()))
    found.sort(key=lambda item: item[0])  # stable: alternates keep their order
    return b"".join(struct.pack(">HH", n, len(v)) + v for n, v in found)


def message(fields):
    body = attributes(fields)
    head = struct.pack(">4sBBBBQQIHH", b"BWTH", 1, int(fields["type"]),
                       int(fields["algorithm"]), int(fields["key-id"]),
                       int(fields["id"]), int(fields["reply-to"]),
                       int(fields["validity"]), len(body), 0)
    covered = (mapped(fields["server-address"]) + mapped(fields["client-address"])
               + head + body)
    key = pair_key(fields)
    if fields["algorithm"] == "1":
        tag = hmac.digest(key, covered, "sha256")
    else:
        tag = hashlib.sha3_256(struct.pack(">H", len(key)) + key + covered).digest()
    return head + body + tag


def vectors():
    v4 = {"secret": SECRET, "server-address": "192.0.2.10",
          "client-address": "198.51.100.1"}
    v6 = {"secret": LONG, "server-address": "2001:db8::a",
          "client-address": "2001:db8:1::1"}
    order = {"validity": "3600", "server": "aaa1", "client": "nas1", "spread": "5000",
             "reason": "1", "text": "performance 12 below 30"}
    short = {"validity": "0", "server": "aaa1", "client": "nas1"}
    two = ["1 100 0 192.0.2.11 aaa2", "2 50 1812 2001:db8::b aaa3"]
    many = ["%d 10 1812 2001:db8::%x %s" % (i, i, ("alternate-%02d-" % i) + "x" * 40)
            for i in range(1, 13)]
    now = 1795421848123456
    plain = [
        ("failover", v4, 1, dict(order, alternate=two)),
        ("failover-none-named", v4, 1, dict(order, reason="3", text="käse €")),
        ("failover-many", v6, 1, dict(order, alternate=many)),
        ("hello-empty-text", v4, 8, dict(order, text="")),
        ("reconnect", v4, 2, dict(short, validity="600", reason="3", spread="0")),
        ("request", v4, 3, dict(short, place="2")),
        ("accept", v4, 4, dict(short, validity="60")),
        ("refuse", v4, 5, dict(short, validity="1800", reason="5",
                               **{"retry-after": "30"})),
        ("acknowledge-received", v4, 6, dict(short, stage="1")),
        ("acknowledge-done", v4, 6, dict(short, stage="2", alternate=two[:1])),
        ("acknowledge-hello", v4, 6, dict(short, stage="2", clock=str(now))),
        ("reject-stale", v4, 7, dict(short, reason="12", clock=str(now),
                                     mark=str(now - 5000000))),
        ("reject-hook", v4, 7, dict(short, reason="6", text="radmin: no such server")),
        ("hello", v4, 8, dict(short, place="1", mark="18446744073709551615")),
        ("shortest", v4, 8, {"validity": "0", "server": "a", "client": "_"}),
        ("longest-names", v6, 8, {"validity": "4294967295", "server": "s" * 64,
                                  "client": "C" + ".-_9" * 15 + "xyz"}),
    ]
    count = 0
    for name, ends, kind, rest in plain:
        for algorithm in ("1", "2"):
            for family, other in (("", ends), ("-ipv6", v6)):
                if family and ends is v6:
                    continue
                count += 1
                answers = kind in (4, 5, 6, 7)
                yield dict({"vector": name + ("-hmac", "-sha3")[algorithm == "2"]
                            + family}, **other, type=str(kind), algorithm=algorithm,
                           **{"key-id": str(1 if algorithm == "1" else 200),
                              "id": str(now + count),
                              "reply-to": str(now - 1000 * count if answers else 0)},
                           **rest)


HEADER = """\
# SPDX-License-Identifier: BSD-3-Clause
# Test vectors of Bellwether's message, version 1; see bellwether-message(7).
#
# A vector is a paragraph of lines "name value". secret is the master in hexadecimal;
# pair-key is derived from it and the two addresses; message is the whole datagram,
# with its authenticator. Numbers are decimal, text is UTF-8 to the end of the line.
# alternate may come several times: priority, weight, port, address, name. Lines that
# are not there are attributes that are not in the message.
"""
ORDER = ["vector", "secret", "server-address", "client-address", "type", "algorithm",
         "key-id", "id", "reply-to", "validity", "alternate", "spread", "reason",
         "text", "server", "client", "retry-after", "mark", "clock", "stage", "place"]


def show():
    print(HEADER)
    for fields in vectors():
        for name in ORDER:
            value = fields.get(name)
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    print((name + " " + one).rstrip())
        print("pair-key", pair_key(fields).hex())
        print("message", message(fields).hex())
        print()


def check(path):
    wrong = count = 0
    for paragraph in open(path, encoding="utf-8").read().split("\n\n"):
        fields = {}
        for line in paragraph.splitlines():
            if line.startswith("#"):
                continue
            name, _, value = line.partition(" ")
            if name == "alternate":
                fields.setdefault(name, []).append(value)
            else:
                fields[name] = value
        if "vector" not in fields:
            continue
        count += 1
        if (pair_key(fields).hex() != fields["pair-key"]
                or message(fields).hex() != fields["message"]):
            wrong += 1
            print("differs:", fields["vector"])
    print("%d vectors, %d differ" % (count, wrong))
    return 1 if wrong or not count else 0


if len(sys.argv) > 1:
    sys.exit(check(sys.argv[1]))
show()
