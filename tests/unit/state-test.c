/* SPDX-License-Identifier: BSD-3-Clause */
/* The state file and the link between the processes: round trips, and what is refused. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/link.h"
#include "client/state.h"
#include "tests/unit/unit.h"

static struct core_state
example(void)
{
	struct core_state state;
	memset(&state, 0, sizeof state);
	state.place = PLACE_AWAY;
	state.order_id = UINT64_MAX;
	state.type = MESSAGE_FAILOVER;
	state.stage = STAGE_RECEIVED;
	state.reason = REASON_STALE;
	state.order_until = 1760000000 * SECOND;
	state.order_validity = HOUR;
	state.force_id = 7;
	state.in_force = -5;
	state.validity = HOUR;
	slice_copy(slice_of("aaa2"), state.alternate.name, NAME_TEXT);
	address_parse("2001:db8::1", &state.alternate.address);
	state.alternate.port = 65535;
	state.peer.offset = INT64_MIN;
	state.peer.mark = 12345;
	for (unsigned i = 0; i < PEER_RECENT; i++)
		state.peer.recent[i] = i * 1000;
	return state;
}

static void
test_round_trip(void)
{
	struct core_state state = example(), read;
	char text[STATE_TEXT];
	size_t size;
	memset(&read, 0xff, sizeof read);
	CU_ASSERT_FATAL(state_encode(&state, text, &size));
	CU_ASSERT_FATAL(state_decode(text, size, &read));
	CU_ASSERT_EQUAL(memcmp(&state, &read, sizeof state), 0);
	/* Cut anywhere, or with one byte too many, it is refused. */
	for (size_t cut = 0; cut < size; cut++)
		CU_ASSERT_FALSE(state_decode(text, cut, &read));
	text[size] = '\n';
	CU_ASSERT_FALSE(state_decode(text, size + 1, &read));
}

static void
test_refused(void)
{
	static const struct {
		const char *from, *to;
	} change[] = {
		{ "place 2", "place 4" },
		{ "place 2", "place 0" },
		{ "place 2", "place +2" },
		{ "order-type 1", "order-type 3" },
		{ "order-stage 1", "order-stage x" },
		{ "force-id 7", "force-id -7" },
		{ "force-id 7", "force-id 18446744073709551616" },
		{ "in-force -5", "in-force 9223372036854775808" },
		{ "chosen none", "chosen nobody" },
		{ "alternate aaa2", "alternate 2aaa" },
		{ "2001:db8::1", "ff02::1" },
		{ " 65535", " 65536" },
		{ "mark 12345", "mrak 12345" },
		{ "validity 3600000000", "validity -1" },
	};
	struct core_state state = example(), read;
	char text[STATE_TEXT], changed[STATE_TEXT * 2];
	size_t size;
	CU_ASSERT_FATAL(state_encode(&state, text, &size));
	text[size] = '\0';
	for (size_t i = 0; i < sizeof change / sizeof change[0]; i++) {
		const char *at = strstr(text, change[i].from);
		CU_ASSERT_PTR_NOT_NULL_FATAL(at);
		snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text,
			 change[i].to, at + strlen(change[i].from));
		CU_ASSERT_FALSE(state_decode(changed, strlen(changed), &read));
	}
	/* What no core can say is not written either. */
	state.place = 0;
	CU_ASSERT_FALSE(state_encode(&state, text, &size));
	state = example();
	memset(state.alternate.name, 'a', sizeof state.alternate.name);
	CU_ASSERT_FALSE(state_encode(&state, text, &size));
	state = example();
	slice_copy(slice_of("a\nmark 0"), state.alternate.name, NAME_TEXT);
	CU_ASSERT_FALSE(state_encode(&state, text, &size));
}

static void
test_files(void)
{
	char folder[] = "/tmp/state-test.XXXXXX", path[64], why[FILE_WHY];
	struct core_state state = example(), read;
	struct stat status;
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	CU_ASSERT_FALSE(state_load(folder, "aaa1", &read, why));
	CU_ASSERT_STRING_EQUAL(why, "");
	CU_ASSERT(state_save(folder, "aaa1", &state, why));
	CU_ASSERT(state_load(folder, "aaa1", &read, why));
	CU_ASSERT_EQUAL(memcmp(&state, &read, sizeof state), 0);
	snprintf(path, sizeof path, "%s/aaa1.state", folder);
	CU_ASSERT_EQUAL(stat(path, &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);
	CU_ASSERT_EQUAL(truncate(path, 100), 0);
	CU_ASSERT_FALSE(state_load(folder, "aaa1", &read, why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, "damaged"));
	unlink(path);
	rmdir(folder);
	CU_ASSERT_FALSE(state_save(folder, "aaa1", &state, why));
	CU_ASSERT_STRING_NOT_EQUAL(why, "");
}

/* ---- the link ---- */

static struct link_message
a_hook(void)
{
	struct link_message message;
	memset(&message, 0, sizeof message);
	message.kind = LINK_HOOK;
	message.hook.event = HOOK_FAILOVER;
	message.hook.alternates = 1;
	slice_copy(slice_of("aaa2"), message.hook.alternate[0].name, NAME_TEXT);
	address_parse("192.0.2.11", &message.hook.alternate[0].address);
	return message;
}

static enum link_end
through(int ends[2], const struct link_message *message)
{
	struct link_message got;
	CU_ASSERT(link_send(ends[0], message));
	return link_receive(ends[1], 1u << LINK_HOOK | 1u << LINK_DONE, 2, &got);
}

static void
test_link(void)
{
	int ends[2];
	struct link_message message = a_hook();
	CU_ASSERT_FATAL(link_open(ends));
	CU_ASSERT_EQUAL(link_receive(ends[1], ~0u, 2, &message), LINK_NOTHING);
	message = a_hook();
	CU_ASSERT_EQUAL(through(ends, &message), LINK_MESSAGE);
	message.server = 2;
	CU_ASSERT_EQUAL(through(ends, &message), LINK_BROKEN);
	message = a_hook();
	message.kind = LINK_STATE; /* not one of the kinds allowed */
	CU_ASSERT_EQUAL(through(ends, &message), LINK_BROKEN);
	message.kind = (enum link_kind)40;
	CU_ASSERT_EQUAL(through(ends, &message), LINK_BROKEN);
	message = a_hook();
	message.hook.event = (enum hook_event)5;
	CU_ASSERT_EQUAL(through(ends, &message), LINK_BROKEN);
	message = a_hook();
	message.hook.alternates = CORE_ALTERNATES + 1;
	CU_ASSERT_EQUAL(through(ends, &message), LINK_BROKEN);
	message = a_hook();
	slice_copy(slice_of("$(reboot)"), message.hook.alternate[0].name, NAME_TEXT);
	CU_ASSERT_EQUAL(through(ends, &message), LINK_BROKEN);
	message = a_hook();
	memset(message.hook.alternate[0].name, 'a', NAME_TEXT);
	CU_ASSERT_EQUAL(through(ends, &message), LINK_BROKEN);
	message = a_hook();
	memset(&message.hook.alternate[0].address, 0, sizeof(struct address));
	CU_ASSERT_EQUAL(through(ends, &message), LINK_BROKEN);
	message = a_hook();
	message.kind = LINK_DONE;
	memset(message.line, 'x', sizeof message.line);
	CU_ASSERT_EQUAL(through(ends, &message), LINK_BROKEN);
	CU_ASSERT_EQUAL(send(ends[0], "short", 5, 0), 5);
	CU_ASSERT_EQUAL(link_receive(ends[1], ~0u, 2, &message), LINK_BROKEN);
	close(ends[0]);
	CU_ASSERT_EQUAL(link_receive(ends[1], ~0u, 2, &message), LINK_CLOSED);
	message = a_hook();
	CU_ASSERT_FALSE(link_send(ends[1], &message));
	close(ends[1]);
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "round trip", test_round_trip },
		{ "refused", test_refused },
		{ "files", test_files },
		{ "link", test_link },
	};
	return unit_run("state", test, sizeof test / sizeof test[0]);
}
