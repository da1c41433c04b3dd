#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Walks a subtree by pysnmp, pure Python: SNMPv3 with SHA-256 and AES, GETBULK.
#
# walk.py PORT USER PASS OID
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


def main(port, user, secret, root):
    access = hlapi.UsmUserData(
        user,
        secret,
        secret,
        authProtocol=hlapi.usmHMAC192SHA256AuthProtocol,
        privProtocol=hlapi.usmAesCfb128Protocol,
    )
    where = hlapi.UdpTransportTarget(("127.0.0.1", int(port)), timeout=8, retries=0)
    for error, status, index, row in hlapi.bulkCmd(
        hlapi.SnmpEngine(),
        access,
        where,
        hlapi.ContextData(),
        0,
        50,
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


main(*sys.argv[1:])
