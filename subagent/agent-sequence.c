/* SPDX-License-Identifier: BSD-3-Clause */
/* The numbers of notifications, without a gap and never twice, over the engine's end and
   our own. */
#include "config.h"

#include "subagent/agent-inside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"

/* So many numbers, always as long, so that one write replaces the others. */
#define NUMBERS 6u
#define FORM    "%020" PRIu64 "%c"
#define EACH    21u
#define LENGTH  (NUMBERS * EACH)

/* As they stand in the file. It had the first two alone once, then four. */
static void
list(struct agent_sequence *sequence, uint64_t *number[NUMBERS])
{
	uint64_t *const all[NUMBERS] = { &sequence->own,        &sequence->sent,
					 &sequence->suppressed, &sequence->own_at,
					 &sequence->told,       &sequence->withheld };
	memcpy(number, all, sizeof(all));
}

void
agent_sequence_open(struct agent *agent)
{
	struct agent_sequence *sequence = &agent->notices.sequence;
	char path[512], text[LENGTH + 1] = "";
	uint64_t *number[NUMBERS];
	unsigned got = 0;
	sequence->fd = -1;
	if (path_join(agent->options.state, "sequence", path, sizeof(path)))
		sequence->fd =
		    open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (sequence->fd < 0) {
		log_warning("agent", "%s: %s: numbers of notifications may repeat",
			    path, strerror(errno));
		return;
	}
	list(sequence, number);
	if (pread(sequence->fd, text, LENGTH, 0) >= 0)
		while (got < NUMBERS &&
		       sscanf(text + got * EACH, "%20" SCNu64, number[got]) == 1)
			got++;
	if (got < 2)
		sequence->own = sequence->sent = 0;
	if (got < 4)
		sequence->own_at = sequence->sent;
	sequence->given = sequence->sent;
}

/* Not before it was sent: what was only given is given again by whoever comes after us.
   Not synced: it is there for the death of a process, not for that of the system. */
static void
keep(struct agent_sequence *sequence)
{
	char text[LENGTH + 1];
	uint64_t *number[NUMBERS];
	list(sequence, number);
	for (size_t i = 0; i < NUMBERS; i++)
		snprintf(text + i * EACH, EACH + 1, FORM, *number[i],
			 i + 1 < NUMBERS ? ' ' : '\n');
	if (sequence->fd >= 0 &&
	    pwrite(sequence->fd, text, LENGTH, 0) != (ssize_t)LENGTH)
		log_debug("agent", "the number of the last notification is not kept");
}

/* The agent that sent it and the master may both have died before anybody got it. */
static bool
is_recent(const struct link_notify *notify)
{
	int64_t age = clock_now().wall - notify->wall;
	return age > -AGENT_AGAIN && age < AGENT_AGAIN;
}

uint64_t
agent_sequence_take(struct agent_sequence *sequence, const struct link_notify *notify)
{
	uint64_t number = notify->sequence + sequence->own;
	/* Which numbers those from before own had changed had is not known any more. */
	if (number <= sequence->given && notify->again)
		return is_recent(notify) && number > sequence->own_at ? number : 0;
	/* An engine that died before it had stored its last numbers gives them again. */
	if (number <= sequence->given) {
		sequence->own_at = sequence->given;
		number = sequence->given + 1;
		sequence->own = number - notify->sequence;
	}
	sequence->given = number;
	return number;
}

uint64_t
agent_sequence_own(struct agent_sequence *sequence, uint64_t engine)
{
	/* Those that the engine has numbered and that are not here yet come after it. */
	if (sequence->given == 0)
		sequence->given = engine;
	sequence->own++;
	sequence->own_at = ++sequence->given;
	return sequence->given;
}

void
agent_sequence_sent(struct agent_sequence *sequence, uint64_t number)
{
	if (number <= sequence->sent)
		return;
	/* Those between were dropped, or somebody died with them. Where nothing is known
	   they may be from before our time. */
	uint64_t between = sequence->sent != 0 ? number - sequence->sent - 1 : 0;
	sequence->suppressed += between;
	sequence->dropped -= between < sequence->dropped ? between : sequence->dropped;
	sequence->sent = number;
	keep(sequence);
}

void
agent_sequence_drop(struct agent_sequence *sequence, uint64_t number)
{
	if (number > sequence->sent)
		sequence->dropped++;
}

uint64_t
agent_sequence_suppressed(const struct agent_sequence *sequence)
{
	return sequence->suppressed + sequence->dropped;
}
