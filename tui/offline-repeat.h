/* SPDX-License-Identifier: BSD-3-Clause */
/* What a trace says once is so until it says otherwise: each input's last sample, taken
   again at the policy's interval. */
#ifndef BELLWETHER_TUI_OFFLINE_REPEAT_H
#define BELLWETHER_TUI_OFFLINE_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/sample.h"
#include "policy/policy.h"

struct repeats;
/* NULL without memory. */
struct repeats *repeat_new(const struct policy *policy);
void repeat_free(struct repeats *repeats);
void repeat_forget(struct repeats *repeats);
/* Remembers it. Of a counter (rate="yes") the value becomes one that grows as the trace's
   does between two samples, and goes on growing so behind the second. */
void repeat_sample(struct repeats *repeats, struct sample *sample);
/* What is due at now; false when nothing is. */
bool repeat_again(struct repeats *repeats, int64_t now, struct sample *sample);
/* When something is; NEVER. */
int64_t repeat_next(const struct repeats *repeats);

#endif
