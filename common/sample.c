/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of a probe's endings. */
#include "config.h"

#include "common/sample.h"

#include "common/bytes.h"

const char *
ending_name(enum ending ending)
{
	static const char *const names[] = {
		[ENDING_VALUE] = "value",
		[ENDING_TIMEOUT] = "timeout",
		[ENDING_ABSENT] = "absent",
		[ENDING_FAILED] = "failed",
	};
	if (ending < ENDING_VALUE || (unsigned)ending >= ARRAY_SIZE(names))
		return "?";
	return names[ending];
}
