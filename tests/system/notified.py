#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Receives notifications by pysnmp, pure Python: v2c and v3 traps, and v3 informs. A line
# each: KIND NUMBER VARBINDS SUPPRESSED SEQUENCE.
#
# notified.py PORT USER PASS OWN-ENGINE SENDERS-ENGINE BASE
import socket
import sys

from pysnmp.carrier.asyncore.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import ntfrcv
from pysnmp.proto import rfc1902, rfc1905

kind = {}


def main(port, user, secret, own, sender, base):
    base = base.lstrip(".")
    node = engine.SnmpEngine(snmpEngineID=rfc1902.OctetString(hexValue=own))
    transport = udp.UdpTransport().openServerMode(("127.0.0.1", int(port)))
    # A busy machine lets them wait, and what finds no room is lost.
    transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2000000)
    config.addTransport(node, udp.domainName, transport)
    config.addV1System(node, "public", "public")
    # One authority for traps, the sender, and another for informs: we.
    for authority in (None, rfc1902.OctetString(hexValue=sender)):
        config.addV3User(
            node,
            user,
            config.usmHMAC192SHA256AuthProtocol,
            secret,
            config.usmAesCfb128Protocol,
            secret,
            securityEngineId=authority,
        )

    def seen(_engine, _point, variables, context):
        inform = isinstance(variables["pdu"], rfc1905.InformRequestPDU)
        version = "v3" if variables["securityModel"] == 3 else "v2c"
        context["kind"] = "%s-%s" % (version, "inform" if inform else "trap")

    def took(_engine, _state, _id, _name, varbinds, _context):
        value = {str(name): value for name, value in varbinds}
        which = str(value["1.3.6.1.6.3.1.1.4.1.0"])
        if not which.startswith(base + "."):
            return
        print(
            kind["kind"],
            which[len(base) + 3 :],
            len(varbinds),
            int(value[base + ".1.1.12.0"]),
            int(value[base + ".1.11.1.0"]),
            flush=True,
        )

    node.observer.registerObserver(
        seen, "rfc3412.receiveMessage:request", cbCtx=kind
    )
    ntfrcv.NotificationReceiver(node, took)
    node.transportDispatcher.jobStarted(1)
    print("ready", flush=True)
    node.transportDispatcher.runDispatcher()


main(*sys.argv[1:])
