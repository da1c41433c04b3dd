/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as plugins and files print them. */
#ifndef BELLWETHER_MONITOR_NUMBER_H
#define BELLWETHER_MONITOR_NUMBER_H

#include <stddef.h>

/* A decimal number at the start of text: sign, digits, point, exponent; finite. Returns
   the bytes it takes, 0 (and *value untouched) when there is none. Not hexadecimal,
   not "inf", not "nan"; a comma after the digits is refused, not read as the end. */
size_t number_scan(const char *text, size_t length, double *value);

#endif
