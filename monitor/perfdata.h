/* SPDX-License-Identifier: BSD-3-Clause */
/* What a monitoring plugin prints: text, a bar, 'label'=value[UOM];warn;crit;min;max ... */
#ifndef BELLWETHER_MONITOR_PERFDATA_H
#define BELLWETHER_MONITOR_PERFDATA_H

#include <stddef.h>

enum perfdata { PERFDATA_FOUND = 1, PERFDATA_NO_LABEL, PERFDATA_NO_NUMBER };

/* The value of label, its unit dropped; the first of equal labels. Performance data
   are what follows the bar on the first line, and everything after the first bar of
   the lines after. "U" (the plugin does not know) is no number. */
enum perfdata
perfdata_find(const char *output, size_t size, const char *label, double *value);
/* Length of the text for people: the first line up to the bar, end trimmed. */
size_t perfdata_text(const char *output, size_t size);

#endif
