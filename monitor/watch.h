/* SPDX-License-Identifier: BSD-3-Clause */
/* A socket of one round, watched by the loop; it outlives the round only to close. */
#ifndef BELLWETHER_MONITOR_WATCH_H
#define BELLWETHER_MONITOR_WATCH_H

#include "monitor/kind.h"

struct watch;

/* ready(task) is called whenever fd is readable or writable (events: UV_READABLE,
   UV_WRITABLE) or in error. Takes fd over; NULL (fd closed) when that is impossible. */
struct watch *
watch_start(struct task *task, int fd, int events, void (*ready)(struct task *task));
/* Watches for other events from now on. */
void watch_change(struct watch *watch, int events);
/* Closes fd. NULL is fine. */
void watch_stop(struct watch *watch);

#endif
