/* SPDX-License-Identifier: BSD-3-Clause */
/* Samples that are taken again and again. */
#include "config.h"

#include "tui/offline-repeat.h"

#include <stdlib.h>

#include "common/clock.h"

struct held {
	struct sample sample; /* as taken last */
	int64_t due;          /* NEVER: there is nothing to take */
	/* Of a counter: what the trace said last, and when; what it grows by a second, and
	   whether that is known. */
	double said;
	int64_t said_at; /* 0: never */
	double growth;
	bool grows;
};

struct repeats {
	const struct policy *policy;
	int64_t next;
	struct held held[];
};

struct repeats *
repeat_new(const struct policy *policy)
{
	struct repeats *repeats =
	    calloc(1, sizeof *repeats + (policy->inputs + 1) * sizeof(struct held));
	if (!repeats)
		return NULL;
	repeats->policy = policy;
	repeat_forget(repeats);
	return repeats;
}

void
repeat_free(struct repeats *repeats)
{
	free(repeats);
}

void
repeat_forget(struct repeats *repeats)
{
	for (size_t i = 0; i < repeats->policy->inputs; i++)
		repeats->held[i] = (struct held){ .due = NEVER };
	repeats->next = NEVER;
}

static int64_t
interval_of(const struct repeats *repeats, uint32_t input)
{
	int64_t interval = repeats->policy->input[input].interval;
	if (interval <= 0)
		interval = repeats->policy->interval;
	return interval > 0 ? interval : SECOND;
}

static void
find_next(struct repeats *repeats)
{
	repeats->next = NEVER;
	for (size_t i = 0; i < repeats->policy->inputs; i++)
		if (repeats->held[i].due < repeats->next)
			repeats->next = repeats->held[i].due;
}

static double
grown(const struct held *held, int64_t at)
{
	return held->sample.value +
	       held->growth * (double)(at - held->sample.at) / (double)SECOND;
}

static void
count(struct held *held, struct sample *sample)
{
	double said = sample->value;
	held->grows =
	    held->said_at != 0 && sample->at > held->said_at && said >= held->said;
	if (held->grows)
		held->growth = (said - held->said) /
			       ((double)(sample->at - held->said_at) / (double)SECOND);
	held->said = said;
	held->said_at = sample->at;
	sample->value = held->grows ? grown(held, sample->at) : 0;
}

void
repeat_sample(struct repeats *repeats, struct sample *sample)
{
	const struct policy_input *input = &repeats->policy->input[sample->input];
	struct held *held = &repeats->held[sample->input];
	int64_t interval = interval_of(repeats, sample->input);
	if (input->rate && sample->ending == ENDING_VALUE)
		count(held, sample);
	held->sample = *sample;
	/* Half an interval more, so that one that comes by itself, a little late, is not
	   taken twice. A counter whose growth is not known says nothing twice. */
	held->due = input->rate && sample->ending == ENDING_VALUE && !held->grows
			? NEVER
			: sample->at + interval + interval / 2;
	find_next(repeats);
}

bool
repeat_again(struct repeats *repeats, int64_t now, struct sample *sample)
{
	for (uint32_t i = 0; now >= repeats->next && i < repeats->policy->inputs; i++) {
		struct held *held = &repeats->held[i];
		if (held->due > now)
			continue;
		if (repeats->policy->input[i].rate)
			held->sample.value = grown(held, now);
		held->sample.asked += now - held->sample.at;
		held->sample.at = now;
		held->due = now + interval_of(repeats, i);
		find_next(repeats);
		*sample = held->sample;
		return true;
	}
	return false;
}

int64_t
repeat_next(const struct repeats *repeats)
{
	return repeats->next;
}
