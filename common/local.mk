# SPDX-License-Identifier: BSD-3-Clause
noinst_LIBRARIES += libcommon.a
libcommon_a_SOURCES = \
	common/address.c common/address.h \
	common/bytes.c common/bytes.h \
	common/clock.c common/clock.h \
	common/fault.c common/fault.h \
	common/file.c common/file.h \
	common/log.c common/log.h \
	common/oid.c common/oid.h \
	common/probe.c common/probe.h \
	common/random.c common/random.h \
	common/sample.c common/sample.h
