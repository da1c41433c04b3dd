/* SPDX-License-Identifier: BSD-3-Clause */
/* What --status prints, a server at a time. */
#include "config.h"

#include "client/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct page {
	char *text;
	size_t size, used;
};

static void __attribute__((format(printf, 2, 3)))
say(struct page *page, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int wrote = vsnprintf(page->text + page->used, page->size - page->used, format,
			      arguments);
	va_end(arguments);
	if (wrote < 0)
		return;
	page->used += (size_t)wrote;
	if (page->used >= page->size)
		page->used = page->size - 1;
}

const char *
report_place(const struct core_status *status, char text[REPORT_PLACE])
{
	bool at = status->place != PLACE_HERE && status->alternate[0] != '\0';
	snprintf(text, REPORT_PLACE, "%s%s%s", place_name(status->place),
		 at ? " at " : "", at ? status->alternate : "");
	return text;
}

/* Whole seconds are enough for people. */
static const char *
span(int64_t us, char text[DURATION_TEXT])
{
	return duration_format(us > 0 ? us / SECOND * SECOND : 0, text);
}

static void
say_order(struct page *page, const struct core_status *status)
{
	const char *stage = "received";
	if (status->order == 0) {
		say(page, "  order: none yet\n");
		return;
	}
	if (status->refusal)
		stage = "rejected";
	else if (status->stage == STAGE_DONE)
		stage = "done";
	say(page, "  order: %s %" PRIu64 ", %s", message_type_name(status->order),
	    status->order_id, stage);
	if (status->reason)
		say(page, ", reason %s", message_reason_name(status->reason));
	if (status->refusal)
		say(page, ", rejected for %s", message_reason_name(status->refusal));
	say(page, "\n");
}

static void
say_times(struct page *page, const struct core_status *status, struct moment now)
{
	char text[DURATION_TEXT];
	if (status->in_force)
		say(page, "  in force for %s more\n",
		    span(status->in_force - now.boot, text));
	if (status->ask)
		say(page, "  asks to come back in %s\n",
		    span(status->ask - now.boot, text));
	if (status->heard)
		say(page, "  server heard %s ago, under key %u\n",
		    span(now.boot - status->heard, text), status->key_id);
	else
		say(page, "  server not heard yet\n");
	if (status->offset)
		say(page, "  its clock is %s %s ours\n",
		    span(status->offset < 0 ? -status->offset : status->offset, text),
		    status->offset < 0 ? "behind" : "ahead of");
}

size_t
report_server(const struct config_server *server, const struct core_status *status,
	      struct moment now, char *text, size_t size)
{
	struct page page = { text, size, 0 };
	char address[ADDRESS_TEXT], place[REPORT_PLACE];
	text[0] = '\0';
	say(&page, "%s (%s, %s): %s%s\n", server->core.server,
	    address_format(&server->core.server_address, address),
	    transport_name(server->transport), report_place(status, place),
	    status->hook_running ? ", hook running" : "");
	say_order(&page, status);
	say_times(&page, status, now);
	if (status->hook[0] != '\0')
		say(&page, "  hook said: %s\n", status->hook);
	say(&page,
	    "  hooks done: %" PRIu64 " failover, %" PRIu64 " reconnect, %" PRIu64
	    " return\n  messages: %" PRIu64 " sent, %" PRIu64 " taken",
	    status->failovers, status->reconnects, status->returns, status->sent,
	    status->check[CHECK_OK]);
	for (unsigned check = CHECK_OK + 1; check < CHECK_COUNT; check++)
		if (status->check[check])
			say(&page, ", %" PRIu64 " %s", status->check[check],
			    message_check_name((enum message_check)check));
	say(&page, "\n");
	return page.used;
}
