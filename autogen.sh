#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Makes configure and the Makefile templates; needs autoconf, automake, pkg-config.
cd "$(dirname "$0")" && exec autoreconf -fi
