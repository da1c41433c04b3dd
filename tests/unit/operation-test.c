/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations of the SNMP manager against an agent that only pretends. */
#include "config.h"

#include <string.h>

#include "common/bytes.h"
#include "tests/unit/pretended-agent.h"
#include "tests/unit/unit.h"

static struct manager_answer
operate_fake(enum manager_verb verb, uint32_t row)
{
	struct manager_request request = {
		.verb = verb,
		.operation = { .index = { 1, row },
			       .action = 1,
			       .selection = "why",
			       .requester = "why",
			       .reason = "why",
			       .hold = 1,
			       .share = 1,
			       .limit = 1,
			       .force = true },
	};
	struct manager_answer answer = { .ticket = 0 };
	operate(&agent, &request, &answer);
	return answer;
}

static void
test_operate(void)
{
	pretend();
	struct manager_answer answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(answer.operation.index.row, 40);
	CU_ASSERT_EQUAL(answer.operation.state, 1);
	answer = operate_fake(VERB_RUN, 40);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(answer.operation.state, 2);
	answer = operate_fake(VERB_CANCEL, 40);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(fake.made, 0);
	/* Somebody was quicker: the next number, with nothing left of the failure. */
	fake.taken = 40;
	answer = operate_fake(VERB_GO, 0);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(answer.failure, FAILURE_NONE);
	CU_ASSERT_EQUAL(answer.operation.index.row, 41);
	pretend_end();
}

static void
test_operate_refused(void)
{
	pretend();
	fake.refuse = SNMP_ERR_NOACCESS;
	struct manager_answer answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_FALSE(answer.ok);
	CU_ASSERT_EQUAL(answer.failure, FAILURE_NO_WRITE);
	CU_ASSERT_EQUAL(fake.sets, 1);
	fake.refuse = SNMP_ERR_WRONGVALUE;
	answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_STRING_EQUAL(
	    answer.text,
	    "the agent knows no such action: it is older than this program");
	/* A server that is not there: the next number would be no better. */
	fake.refuse = SNMP_ERR_INCONSISTENTNAME;
	fake.sets = 0;
	answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "no such server any more"));
	CU_ASSERT_EQUAL(fake.sets, 1);
	pretend_end();
}

/* The response to a SET is lost: what the row says decides. Only what is seen not to have
   arrived is sent again. */
static void
test_operate_lost(void)
{
	pretend();
	fake.deaf = true;
	struct manager_answer answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_TRUE(answer.ok);
	CU_ASSERT_EQUAL(fake.sets, 1);
	fake.refuse = SNMP_ERR_GENERR;
	fake.made = 0;
	answer = operate_fake(VERB_PLAN, 0);
	CU_ASSERT_FALSE(answer.ok);
	CU_ASSERT_EQUAL(answer.failure, FAILURE_UNANSWERED);
	CU_ASSERT_EQUAL(fake.sets, 4);
	pretend_end();
	for (unsigned lose = 1; lose <= 3; lose++)
		for (enum manager_verb verb = VERB_PLAN; verb <= VERB_GO; verb++) {
			if (verb == VERB_RUN)
				continue;
			pretend();
			fake.lose = lose;
			answer = operate_fake(verb, 0);
			CU_ASSERT_EQUAL(answer.ok, lose < 3);
			CU_ASSERT_EQUAL(fake.sets, lose < 3);
			CU_ASSERT_EQUAL(answer.operation.index.row, 40);
			pretend_end();
		}
}

/* The number that the agent offers may still be that of the operation before, and the SET be
   lost: what stands there, in whatever words, is not what was asked for. */
static void
test_operate_other(void)
{
	static const char *const theirs[] = { "why", "else" };
	for (size_t i = 0; i < ARRAY_SIZE(theirs); i++) {
		pretend();
		fake.taken = 40;
		fake.theirs = theirs[i];
		fake.state = i == 0 ? 2 : 1; /* it runs, or is a plan */
		fake.lose = 1;
		struct manager_answer answer = operate_fake(VERB_PLAN, 0);
		CU_ASSERT_TRUE(answer.ok);
		CU_ASSERT_EQUAL(answer.operation.index.row, 41);
		CU_ASSERT_STRING_EQUAL(answer.operation.selection, "why");
		CU_ASSERT_EQUAL(fake.sets, 2);
		pretend_end();
	}
	/* Another's plan, be it that it was made in between. */
	pretend();
	fake.taken = 40;
	fake.theirs = "else";
	fake.state = 1;
	struct manager_answer answer = operate_fake(VERB_RUN, 40);
	CU_ASSERT_FALSE(answer.ok);
	pretend_end();
}

int
main(void)
{
	static const struct unit_test test[] = {
		{ "another's operation", test_operate_other },
		{ "operations", test_operate },
		{ "operations refused", test_operate_refused },
		{ "responses lost", test_operate_lost },
	};
	return unit_run("operation", test, ARRAY_SIZE(test));
}
