/* SPDX-License-Identifier: BSD-3-Clause */
/* What an operator's wish comes to: whom it is for, and whom it leaves alone. */
#include "config.h"

#include "fleet/internal.h"
#include "policy/selector.h"

#include <stdio.h>
#include <string.h>

_Static_assert(FLEET_WHY >= SELECTOR_WHY, "a selection's fault fits");

/* Selections in sentences: their beginning will do. */
#define SHORT 80

static bool
refuse(char why[FLEET_WHY], const char *text)
{
	(void)snprintf(why, FLEET_WHY, "%s", text);
	return false;
}

/* ---- is it a wish at all ---- */

static bool
said(const char *text, size_t most)
{
	size_t length = text != NULL ? strnlen(text, most + 1) : 0;

	return length > 0 && length <= most && text_printable(text, length) &&
	       strspn(text, " ") < length;
}

static bool
check_mode(const struct fleet *fleet, const struct fleet_wish *wish,
	   char why[FLEET_WHY])
{
	const struct operation *last;

	if (wish->action == ACTION_PAUSE && fleet->paused & PAUSED_OPERATOR) {
		last = fleet->mode_set != 0
			   ? &fleet->task[fleet->mode_set % OPERATIONS].pub
			   : NULL;
		(void)snprintf(why, FLEET_WHY, "it is paused already%s%s",
			       last != NULL ? ", by " : "",
			       last != NULL ? last->requester : "");
		return false;
	}
	if (wish->action == ACTION_RESUME &&
	    !(fleet->paused & (PAUSED_OPERATOR | PAUSED_POLICY)))
		return refuse(why,
			      fleet->paused & PAUSED_FILE
				  ? "the file \"pause\" in the state folder pauses "
				    "it: remove that file"
				  : "it is not paused");
	return true;
}

static bool
wish_check(const struct fleet *fleet, const struct fleet_wish *wish,
	   char why[FLEET_WHY])
{
	if (!fleet->policy->control)
		return refuse(why, "the policy does not let SNMP control its clients: "
				   "it lacks <control snmp=\"yes\"/>");
	if (wish->action < ACTION_FAILOVER || wish->action > ACTION_RESUME)
		return refuse(why, "no such action: expected failover, reconnect, "
				   "release, pause or resume");
	if (!said(wish->requester, NAME_TEXT - 1))
		return refuse(why, "a requester is needed: who asks, in 1 to 64 bytes "
				   "without control characters");
	if (!said(wish->reason, OPERATION_TEXT - 1))
		return refuse(why, "a reason is needed, in 1 to 255 bytes without "
				   "control characters");
	if (wish->number != 0 && !task_number_given(fleet, wish->number))
		return refuse(why, "that number is taken or far off: take the one that "
				   "bwOperationNext shows");
	if (wish->hold < 0 || !(wish->share >= 0 && wish->share <= 1))
		return refuse(why, "for= is a duration, 0 until release; share= is "
				   "above 0% up to 100%");
	return check_mode(fleet, wish, why);
}

/* ---- whom it is for ---- */

/* Held by somebody else. Without force, a forced operation also stands before its own
   requester's later ones: it has the higher rank. */
static bool
row_blocked(struct fleet *fleet, const struct row *row, const struct fleet_wish *wish,
	    uint32_t again)
{
	const struct task *task = task_find(fleet, row->pub.holder);

	if (row->pub.holder == 0 || row->pub.holder == again)
		return false;
	/* A later one took it from this one, and keeps it. */
	if (again != 0 && row->pub.holder > again)
		return true;
	if (wish->force)
		return false;
	return task == NULL || task->pub.force ||
	       strcmp(task->pub.requester, wish->requester) != 0;
}

/* What is in fleet->selectable of a client while a wish is chosen for. */
enum fate { FATE_NONE, FATE_BLOCKED, FATE_KEPT, FATE_THERE, FATE_PLANNED };
#define HELD_AWAY  0x80u /* besides: some operator holds it away */
#define GONE       0x40u /* besides: it is not one that stays */
#define FATE(mark) ((enum fate)((mark) & ~(HELD_AWAY | GONE)))

static enum fate
row_fate(const struct row *row, enum action action, uint32_t again)
{
	bool mine = again != 0 && row->pub.holder == again;

	switch (action) {
	case ACTION_FAILOVER:
		/* Who is invited back, or on its way away by the policy, is ordered
		   anew: a client belongs to one operation. */
		return mine || (row->pub.place == PLACE_AWAY &&
				row->pub.type != MESSAGE_RECONNECT && !row->pending)
			   ? FATE_THERE
			   : FATE_PLANNED;
	case ACTION_RECONNECT:
		if (mine)
			return FATE_THERE;
		return row_away(row) ||
			       (row->pub.place == PLACE_UNKNOWN && row->pub.heard != 0)
			   ? FATE_PLANNED
			   : FATE_KEPT;
	case ACTION_RELEASE:
		return row->pub.holder != 0 ? FATE_PLANNED : FATE_KEPT;
	case ACTION_PAUSE:
	case ACTION_RESUME:
		break;
	}
	return FATE_KEPT;
}

/* From marks of who is selected to fates: the one walk over all rows, which with many
   clients are far more than a processor keeps at hand. */
static void
decide_fates(struct fleet *fleet, const struct fleet_wish *wish, uint32_t again,
	     struct choice *choice, uint32_t *holder)
{
	bool keeps = fleet->policy->failover.keep > 0;

	for (size_t i = 0; i < fleet->policy->clients; i++) {
		const struct row *row = &fleet->row[i];
		unsigned fate = FATE_NONE;

		if (fleet->selectable[i])
			fate = row_blocked(fleet, row, wish, again)
				   ? FATE_BLOCKED
				   : row_fate(row, wish->action, again);
		if (fate == FATE_BLOCKED) {
			*holder = row->pub.holder;
			choice->held++;
		}
		if (row->pub.hold == ACTION_FAILOVER)
			fate |= HELD_AWAY;
		if (keeps && row_gone(row))
			fate |= GONE;
		fleet->selectable[i] = (uint8_t)fate;
	}
}

/* Rows of one fate to the end of fleet->chosen, best first; returns how many. */
static size_t
gather(struct fleet *fleet, const struct fleet_wish *wish, enum fate fate)
{
	size_t from = fleet->chosens;
	enum policy_order order = wish->action == ACTION_FAILOVER
				      ? fleet->policy->failover.step[0].select.order
				      : fleet->policy->connection.order;

	for (size_t i = 0; i < fleet->policy->clients; i++)
		if (FATE(fleet->selectable[i]) == fate)
			fleet->chosen[fleet->chosens++] = (uint32_t)i;
	policy_sort(fleet->policy, order, fleet->seed, fleet->chosen + from,
		    fleet->chosens - from);
	return fleet->chosens - from;
}

static bool
nobody(struct fleet *fleet, const struct fleet_wish *wish, const struct choice *choice,
       uint32_t holder, char why[FLEET_WHY])
{
	const struct task *task = task_find(fleet, holder);
	char selection[SHORT];

	text_cut(wish->selection, selection, sizeof(selection));
	if (choice->matched == 0)
		(void)snprintf(why, FLEET_WHY, "nobody is in the selection %s",
			       selection);
	else if (choice->held > 0)
		(void)snprintf(why, FLEET_WHY,
			       "%u of %u clients (%s) are held by others, as by "
			       "operation %u of %s: only force goes over that",
			       choice->held, choice->matched, selection, holder,
			       task != NULL ? task->pub.requester : "somebody");
	else if (wish->action == ACTION_RELEASE)
		(void)snprintf(why, FLEET_WHY,
			       "none of %u clients (%s) is held by an operator",
			       choice->matched, selection);
	else
		(void)snprintf(why, FLEET_WHY,
			       "all of %u clients (%s) are here, or were never heard: "
			       "nobody is to be called back",
			       choice->matched, selection);
	return false;
}

/* How many clients operators would hold away: those chosen, and those held already. */
static bool
check_share(struct fleet *fleet, const struct fleet_wish *wish, char why[FLEET_WHY])
{
	const struct policy *policy = fleet->policy;
	size_t most = (size_t)(policy->control_share * (double)policy->clients + 1e-6);
	size_t away = fleet->chosens;

	if (wish->action != ACTION_FAILOVER || wish->force)
		return true;
	for (size_t i = 0; i < fleet->chosens; i++)
		fleet->selectable[fleet->chosen[i]] = 0;
	for (size_t i = 0; i < policy->clients; i++)
		away += (fleet->selectable[i] & HELD_AWAY) != 0;
	if (away <= most)
		return true;
	(void)snprintf(why, FLEET_WHY,
		       "operators would hold %zu of %zu clients away, and the policy's "
		       "<control max-share=> allows %zu: take fewer, or use force",
		       away, policy->clients, most);
	return false;
}

/* What the policy keeps here stays, but by force; those who are away already are taken
   over all the same. */
static bool
keep_some(struct fleet *fleet, const struct fleet_wish *wish, struct choice *choice,
	  char why[FLEET_WHY])
{
	uint32_t *chosen = fleet->chosen + choice->there, taken = 0;
	size_t room;

	if (wish->action != ACTION_FAILOVER || wish->force || choice->planned == 0 ||
	    fleet->policy->failover.keep <= 0)
		return true;
	room = failover_room(fleet);
	for (size_t i = 0; i < choice->planned; i++) {
		bool gone = (fleet->selectable[chosen[i]] & GONE) != 0;

		if (!gone && room == 0)
			continue;
		room -= !gone;
		chosen[taken++] = chosen[i];
	}
	choice->planned = taken;
	if (choice->planned + choice->there > 0)
		return true;
	(void)snprintf(
	    why, FLEET_WHY,
	    "the policy keeps %zu of %zu clients here (<failover keep=>), and "
	    "%u are away: nobody more may leave but by force",
	    policy_share(fleet->policy->failover.keep, fleet->policy->clients),
	    fleet->policy->clients, fleet->gone);
	return false;
}

/* Where they are to go there has to be room, but by force. */
static bool
find_room(struct fleet *fleet, const struct fleet_wish *wish, struct choice *choice,
	  char why[FLEET_WHY])
{
	size_t room;

	if (wish->action != ACTION_FAILOVER || wish->force)
		return true;
	alternates_weigh(fleet);
	room = alternates_room(fleet, true);
	if (choice->planned > room) {
		choice->roomless = choice->planned - (uint32_t)room;
		choice->planned = (uint32_t)room;
	}
	return choice->planned + choice->there > 0 ||
	       refuse(why,
		      "no alternate is usable and has room (see \"bellwether "
		      "alternates\"): only force sends clients there all the same");
}

bool
wish_choose(struct fleet *fleet, const struct fleet_wish *wish, uint32_t again,
	    struct choice *choice, char why[FLEET_WHY])
{
	uint32_t holder = 0;
	size_t matched, there, planned, wanted;

	*choice = (struct choice){ 0 };
	fleet->chosens = 0;
	if (wish->selection == NULL)
		return refuse(why, "a selection is needed: all, client:NAME, "
				   "list:NAME, group:NAME or site:NAME");
	if (!selector_parse(fleet->policy, wish->selection, fleet->selectable, &matched,
			    why))
		return false;
	choice->matched = (uint32_t)matched;
	decide_fates(fleet, wish, again, choice, &holder);
	there = gather(fleet, wish, FATE_THERE);
	planned = gather(fleet, wish, FATE_PLANNED);
	if (there + planned == 0)
		return nobody(fleet, wish, choice, holder, why);
	wanted = policy_share(wish->share > 0 ? wish->share : 1, there + planned);
	if (wish->limit > 0 && wanted > wish->limit)
		wanted = wish->limit;
	choice->there = (uint32_t)(there < wanted ? there : wanted);
	choice->planned = (uint32_t)wanted - choice->there;
	if (!keep_some(fleet, wish, choice, why) ||
	    !find_room(fleet, wish, choice, why))
		return false;
	fleet->chosens = choice->there + choice->planned;
	return again != 0 || check_share(fleet, wish, why);
}

/* "group:wireless, share 25%, at most 10" */
void
wish_describe(const struct fleet_wish *wish, char *out, size_t size)
{
	unsigned percent = (unsigned)(wish->share * 100 + 0.5);
	char share[32] = "", limit[32] = "";

	if (percent > 0 && percent < 100)
		(void)snprintf(share, sizeof(share), ", share %u%%", percent);
	if (wish->limit > 0)
		(void)snprintf(limit, sizeof(limit), ", at most %u", wish->limit);
	(void)snprintf(out, size, "%s%s%s", wish->selection, share, limit);
}

/* ---- the preview ---- */

static void
plan_say(const struct fleet_wish *wish, const struct fleet_plan *plan,
	 char why[FLEET_WHY])
{
	char selection[SHORT];
	static const char *const done[] = {
		[ACTION_FAILOVER] = "to be ordered away",
		[ACTION_RECONNECT] = "to be called back",
		[ACTION_RELEASE] = "to be released",
	};

	text_cut(wish->selection, selection, sizeof(selection));
	(void)snprintf(why, FLEET_WHY,
		       "%u of %u clients (%s) are %s, %u held by others, %u left as "
		       "they are%s",
		       plan->planned, plan->matched, selection, done[wish->action],
		       plan->held, plan->kept,
		       plan->roomless > 0 ? " (the alternates have no more room)" : "");
}

bool
wish_plan(struct fleet *fleet, const struct fleet_wish *wish, struct choice *choice,
	  struct fleet_plan *plan, char why[FLEET_WHY])
{
	bool may;

	*plan = (struct fleet_plan){ 0 };
	*choice = (struct choice){ 0 };
	why[0] = '\0';
	if (!wish_check(fleet, wish, why))
		return false;
	if (wish->action == ACTION_PAUSE || wish->action == ACTION_RESUME) {
		(void)snprintf(why, FLEET_WHY, "server %s is to be %s",
			       fleet->policy->server,
			       wish->action == ACTION_PAUSE ? "paused" : "resumed");
		return true;
	}
	may = wish_choose(fleet, wish, 0, choice, why);
	plan->roomless = choice->roomless;
	plan->matched = choice->matched;
	plan->held = choice->held;
	plan->planned = choice->planned;
	plan->kept = choice->matched - choice->held - choice->planned;
	if (may)
		plan_say(wish, plan, why);
	return may;
}

bool
fleet_plan(struct fleet *fleet, const struct fleet_wish *wish, struct moment now,
	   struct fleet_plan *plan, char why[FLEET_WHY])
{
	struct choice choice;

	fleet_settle(fleet, now);
	begin_rest(fleet, now);
	if (!wish_plan(fleet, wish, &choice, plan, why))
		return false;
	if (wish->action == ACTION_FAILOVER)
		alternates_plan(fleet, fleet->chosen + choice.there, choice.planned);
	else if (wish->action == ACTION_RECONNECT)
		loads_leave(fleet, fleet->chosen + choice.there, choice.planned);
	loads_list(fleet, plan->loads, sizeof(plan->loads));
	loads_forget(fleet);
	return true;
}
