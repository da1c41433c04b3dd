# SPDX-License-Identifier: BSD-3-Clause
noinst_LIBRARIES += libmib.a
libmib_a_SOURCES = mib/tables.c mib/tables.h
mibsdir = $(datadir)/snmp/mibs
dist_mibs_DATA = mib/BELLWETHER-MIB.txt
