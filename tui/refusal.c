/* SPDX-License-Identifier: BSD-3-Clause */
/* What to do when the engine refuses an operation. */
#include "config.h"

#include "tui/refusal.h"

#include <string.h>

#include "common/bytes.h"

#define FORCE                                                                      \
	"bellwether failover ... --force does it all the same; the console never " \
	"forces."

/* The first whose phrase is in the text. tests/unit/refusal-test.c has the engine say
   each of them. */
const struct refusal refusals[] = {
	/* may it at all */
	{ "it lacks <control snmp=\"yes\"/>",
	  "Add that line to the policy and reload (systemctl reload bellwetherd); "
	  "until "
	  "then the file STATE/pause alone stops the policy." },
	{ "no such action", "The engine is older than this program: use the bellwether "
			    "that came with it." },
	{ "a requester is needed", "Give one with --requester NAME." },
	{ "a reason is needed", "Give one, on one line." },
	{ "that number is taken or far off",
	  "Ask again: another number is taken then." },
	{ "is taken, or too far from the next",
	  "Ask again: another number is taken then." },
	{ "for= is a duration", "Change --for or --share." },
	/* pause and resume */
	{ "it is paused already", "P (bellwether resume) lets the policy go on." },
	{ "remove that file", "" },
	{ "it is not paused", "P (bellwether pause) pauses it." },
	/* the selection */
	{ "a selection is needed", "" },
	{ "of the selection); did you mean", "" },
	{ "of the selection); there is", "" },
	{ "of the selection)", "Names of lists, groups and sites are in view 3 "
			       "(bellwether groups), clients' in "
			       "view 2 (bellwether clients)." },
	{ "of the selection: expected", "" },
	{ "selection ends at character", "" },
	{ "selection is longer than", "" },
	{ "nobody is in the selection",
	  "It has no clients just now: look at the groups (3, bellwether groups)." },
	/* whom it leaves alone */
	{ "are held by others",
	  "Talk to who holds them; a release of theirs, or their hold's end, frees "
	  "them. bellwether failover ... --force takes them all the same; the console "
	  "never forces." },
	{ "is held by an operator", "There is nothing to release." },
	{ "nobody is to be called back",
	  "Look at the clients (2): who was never heard has no Bellwether client that "
	  "answers." },
	{ "<control max-share=> allows", FORCE },
	{ "(<failover keep=>)", FORCE },
	{ "no alternate is usable and has room",
	  "Look at the alternates (0, bellwether alternates): why each is unusable, or "
	  "full, stands there. " FORCE },
	/* operations */
	{ "run or hold clients: release or cancel",
	  "Look at the operations (4); X on one gives up its clients." },
	{ "there is no operation",
	  "It is over: bellwether operations lists what there is." },
	{ "is the policy's: pause stops it", "P (bellwether pause) does." },
	{ "release gives up what it holds",
	  "X on its line (bellwether release) does." },
};
const size_t refusals_count = ARRAY_SIZE(refusals);

const struct refusal *
refusal_find(const char *text)
{
	for (size_t i = 0; i < refusals_count; i++)
		if (strstr(text, refusals[i].phrase))
			return &refusals[i];
	return NULL;
}

const char *
refusal_advice(const char *text)
{
	const struct refusal *refusal = refusal_find(text);
	return refusal ? refusal->advice : "";
}
