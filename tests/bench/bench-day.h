/* SPDX-License-Identifier: BSD-3-Clause */
/* The policy of a day: one input, everybody away below 30, and back in growing batches. */
#ifndef BELLWETHER_TESTS_BENCH_DAY_H
#define BELLWETHER_TESTS_BENCH_DAY_H

#include "policy/policy.h"

/* As far as its clients. */
static const char day_policy[] =
    "<policy xmlns=\"" POLICY_NAMESPACE "\">\n"
    "<server name=\"aaa1\" address=\"192.0.2.10\">"
    "<key id=\"1\" file=\"k\"/></server>\n"
    "<alternates><alternate name=\"aaa2\" address=\"192.0.2.11\"/>"
    "<alternate name=\"aaa3\" address=\"192.0.2.12\"/></alternates>\n"
    "<monitor><parameter name=\"work\"><file path=\"/x\"/></parameter>"
    "</monitor>\n"
    "<performance function=\"100 - average('work', '30s')\"/>\n"
    "<failover threshold=\"30\" for=\"10s\" keep=\"5%\"><step>"
    "<select all=\"yes\" order=\"random\"/></step></failover>\n"
    "<connection threshold=\"60\" for=\"1m\"><batch size=\"50\" "
    "every=\"10s\" growth=\"1.2\"/></connection>\n<clients hello=\"5m\">\n";

#endif
