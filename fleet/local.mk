# SPDX-License-Identifier: BSD-3-Clause
noinst_LIBRARIES += libfleet.a
libfleet_a_SOURCES = \
	fleet/acknowledge.c \
	fleet/activity.c \
	fleet/alternates.c \
	fleet/backoff.c \
	fleet/begin.c \
	fleet/doubt.c \
	fleet/events.c \
	fleet/failover.c \
	fleet/fleet.c fleet/fleet.h fleet/body.h fleet/internal.h fleet/moves.h \
	fleet/gone.c \
	fleet/heap.c \
	fleet/holddown.c \
	fleet/ids.c \
	fleet/names.c \
	fleet/operation.c \
	fleet/operator.c \
	fleet/loads.c \
	fleet/orders.c \
	fleet/plan.c \
	fleet/receive.c \
	fleet/record.c \
	fleet/reload.c \
	fleet/rescue.c \
	fleet/return.c \
	fleet/state.c \
	fleet/undo.c
