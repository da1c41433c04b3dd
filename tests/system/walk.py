#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Walks a subtree by pysnmp, pure Python: SNMPv3 with SHA-256 and AES, or v2c.
#
# walk.py [-n] PORT COMMUNITY|USER:PASS OID
#   by GETBULK, or with -n by GETNEXT
import sys

from pysnmp import hlapi
from pysnmp.proto import rfc1902, rfc1905

NAMES = {
    rfc1902.Integer: "INTEGER",
    rfc1902.Integer32: "INTEGER",
    rfc1902.Counter32: "Counter32",
    rfc1902.Gauge32: "Gauge32",
    rfc1902.Unsigned32: "Gauge32",
    rfc1902.TimeTicks: "Timeticks",
    rfc1902.Counter64: "Counter64",
}


def text(value):
    kind = type(value)
    if kind in NAMES:
        return "%s: %d" % (NAMES[kind], int(value))
    if kind is not rfc1902.OctetString:
        return "%s: %s" % (kind.__name__, value.prettyPrint())
    octets = value.asOctets()
    if not octets:
        return '""'
    return "Hex-STRING: " + " ".join("%02X" % octet for octet in octets)


def access(who):
    user, _, secret = who.partition(":")
    if not secret:
        return hlapi.CommunityData(user)
    return hlapi.UsmUserData(
        user,
        secret,
        secret,
        authProtocol=hlapi.usmHMAC192SHA256AuthProtocol,
        privProtocol=hlapi.usmAesCfb128Protocol,
    )


def main(port, who, root, step=hlapi.bulkCmd, repeats=(0, 50)):
    where = hlapi.UdpTransportTarget(("127.0.0.1", int(port)), timeout=8, retries=0)
    for error, status, index, row in step(
        hlapi.SnmpEngine(),
        access(who),
        where,
        hlapi.ContextData(),
        *repeats,
        hlapi.ObjectType(hlapi.ObjectIdentity(root.lstrip("."))),
        lexicographicMode=False,
        lookupMib=False,
    ):
        if error or status:
            sys.exit("walk.py: %s %s at %s" % (error, status, index))
        for name, value in row:
            # What comes after the end of everything is no value.
            if not isinstance(value, rfc1905.EndOfMibView):
                print(".%s = %s" % (name, text(value)))


if sys.argv[1] == "-n":
    main(*sys.argv[2:], hlapi.nextCmd, ())
else:
    main(*sys.argv[1:])
