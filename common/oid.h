/* SPDX-License-Identifier: BSD-3-Clause */
/* Object identifiers, as numbers with points between: "1.3.6.1.2.1.1.3.0". */
#ifndef BELLWETHER_COMMON_OID_H
#define BELLWETHER_COMMON_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 3416: no more in an SNMP message. */
#define OID_ARCS 128
/* Bytes of the longest text that is read, its NUL not counted; whole ones of 128 arcs
   are longer, those that agents have are not. */
#define OID_TEXT 255

/* Decimal arcs, two or more, a point in front or none; no names, no leading zeros, and
   as BER can carry it: the first at most 2, the second below 40 unless the first is 2.
   False leaves *arcs untouched. */
bool oid_parse(const char *text, uint32_t arc[OID_ARCS], size_t *arcs);

#endif
