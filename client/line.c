/* SPDX-License-Identifier: BSD-3-Clause */
/* Batches for a channel. */
#include "config.h"

#include "client/line.h"

#include <string.h>

void
line_flush(struct line *line)
{
	int error;
	if (line->blocked || line->waiting == 0)
		return;
	size_t sent = channel_send(line->channel, line->out, line->waiting, &error);
	line->waiting -= sent;
	if (line->waiting > 0)
		memmove(line->out, line->out + sent, line->waiting * sizeof *line->out);
	line->blocked = line->waiting > 0;
}

bool
line_room(struct line *line)
{
	if (line->waiting == CHANNEL_BATCH)
		line_flush(line);
	return line->waiting < CHANNEL_BATCH;
}
