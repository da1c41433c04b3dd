#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Prints a file as a C array: embed.sh FILE ARRAY. The loader does no I/O of its own, so
# it carries the schema that it validates by.
set -e
echo "/* Made from ${1##*/}: do not edit. */"
echo "static const unsigned char $2[] = {"
od -An -v -tu1 "$1" | sed 's/^ *//; s/ *$//; s/  */, /g; s/$/,/'
echo "};"
