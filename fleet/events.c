/* SPDX-License-Identifier: BSD-3-Clause */
/* Events: a bounded ring of sentences. Those about single clients give way first. */
#include "config.h"

#include "fleet/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
text_cut(const char *text, char *out, size_t size)
{
	size_t length = strlen(text);

	if (length >= size) {
		length = size - 1;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(out, text, length);
	out[length] = '\0';
}

void
event_add(struct fleet *fleet, enum fleet_event_kind kind, enum severity severity,
	  uint32_t operation, const struct row *row, uint32_t count, struct moment now,
	  const char *format, ...)
{
	struct fleet_event *event;
	char text[2 * EVENT_TEXT];
	va_list arguments;

	/* A slow reader must not lose that the server failed over for the sake of a
	   thousand clients' changes of place. */
	if (fleet->events >= (row != NULL ? EVENTS_ONE : EVENTS)) {
		fleet->count.events_dropped++;
		return;
	}
	event = &fleet->event[(fleet->event_first + fleet->events++) % EVENTS];
	event->at = now;
	event->kind = kind;
	event->severity = severity;
	event->operation = operation;
	event->client = row != NULL ? row->pub.index : 0;
	event->count = count;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	text_cut(text, event->text, sizeof(event->text));
}

void
fleet_note(struct fleet *fleet, const char *text, struct moment now)
{
	event_add(fleet, EVENT_OTHER, SEVERITY_NOTICE, 0, NULL, 0, now, "%s", text);
}

/* Numbers are given here, so that what was dropped leaves no gap. */
bool
fleet_event(struct fleet *fleet, struct fleet_event *event)
{
	if (fleet->events == 0)
		return false;
	*event = fleet->event[fleet->event_first];
	event->number = fleet->next_event++;
	fleet->event_first = (fleet->event_first + 1) % EVENTS;
	fleet->events--;
	return true;
}
