/* SPDX-License-Identifier: BSD-3-Clause */
/* simulate: what a policy would do over a trace, and what another one would. */
#include "config.h"

#include "tui/offline.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "tui/offline-inside.h"
#include "tui/offline-play.h"
#include "tui/offline-plot.h"
#include "tui/text.h"

#define DELAY_MOST (10 * SECOND)

static const char usage[] =
    "simulate POLICY --trace FILE [OPTION]...\n"
    "  --trace FILE          bellwether-trace(5)\n"
    "  --compare POLICY      another policy over the same trace, side by side\n"
    "  --mode MODE           automatic or advise, whatever the policies say\n"
    "  --until TIME          since the start, as 2h, or of the clock; the trace's end\n"
    "  --seed N              of every choice (1)\n"
    "  --loss N%             of the datagrams are lost, each way (0%)\n"
    "  --delay DURATION      of a datagram at most, half of it at least (20ms)\n"
    "  --refuse N%           of the clients cannot obey: their hooks fail (0%)\n"
    "  --crash N%            of the agents die in each hour, for a minute (0%)\n"
    "  --skew DURATION       clients' clocks are wrong by at most that (0)\n"
    "  --timeline | --quiet  only what happens; only the summary\n"
    "  --plot FILE.svg       a picture of POLICY's run\n"
    "  --json";

struct request {
	const char *plot;
	const char *compare;
	enum policy_mode mode; /* 0: as they say */
	int64_t until;         /* since the start; 0: the trace's end, or */
	int64_t until_wall;    /* by the wall clock; 0: not said */
	bool timeline, quiet, json;
	struct play play;
	struct run run[2];
	size_t runs;
};

/* ---- the command line ---- */

enum {
	OPTION_TRACE = 256,
	OPTION_COMPARE,
	OPTION_MODE,
	OPTION_UNTIL,
	OPTION_SEED,
	OPTION_LOSS,
	OPTION_DELAY,
	OPTION_REFUSE,
	OPTION_CRASH,
	OPTION_SKEW,
	OPTION_TIMELINE,
	OPTION_QUIET,
	OPTION_PLOT,
	OPTION_JSON
};

static const struct option options[] = {
	{ "trace", required_argument, NULL, OPTION_TRACE },
	{ "compare", required_argument, NULL, OPTION_COMPARE },
	{ "mode", required_argument, NULL, OPTION_MODE },
	{ "until", required_argument, NULL, OPTION_UNTIL },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "loss", required_argument, NULL, OPTION_LOSS },
	{ "delay", required_argument, NULL, OPTION_DELAY },
	{ "refuse", required_argument, NULL, OPTION_REFUSE },
	{ "crash", required_argument, NULL, OPTION_CRASH },
	{ "skew", required_argument, NULL, OPTION_SKEW },
	{ "timeline", no_argument, NULL, OPTION_TIMELINE },
	{ "quiet", no_argument, NULL, OPTION_QUIET },
	{ "plot", required_argument, NULL, OPTION_PLOT },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ 0 },
};

static bool
wrong(FILE *err, const char *option, const char *text, const char *expected)
{
	fprintf(err, "bellwether: --%s %s: expected %s\n", option, text, expected);
	return false;
}

static bool
read_share(FILE *err, const char *option, const char *text, double *share)
{
	char *end;
	double percent = strtod(text, &end);
	if (end == text || (strcmp(end, "%") != 0 && *end != '\0') ||
	    !(percent >= 0 && percent <= 100))
		return wrong(err, option, text, "a percentage, 0% to 100%");
	*share = percent / 100;
	return true;
}

static bool
read_duration(FILE *err, const char *option, const char *text, int64_t most,
	      int64_t *duration)
{
	char limit[DURATION_TEXT], expected[96];
	if (duration_parse(text, duration) && *duration <= most)
		return true;
	snprintf(expected, sizeof expected, "a duration such as 30s or 10m, at most %s",
		 duration_format(most, limit));
	return wrong(err, option, text, expected);
}

static bool
read_until(FILE *err, const char *text, struct request *request)
{
	return wall_parse(text, &request->until_wall) ||
	       (duration_parse(text, &request->until) && request->until > 0) ||
	       wrong(err, "until", text,
		     "a duration since the start, as 90m, or a time of the clock, as "
		     "2026-11-30T02:00:00Z");
}

static bool
read_seed(FILE *err, const char *text, uint64_t *seed)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0)
		return wrong(err, "seed", text, "a whole number");
	*seed = number;
	return true;
}

static bool
read_mode(FILE *err, const char *text, enum policy_mode *mode)
{
	for (enum policy_mode m = MODE_AUTOMATIC; m <= MODE_ADVISE; m++)
		if (strcmp(text, policy_mode_name(m)) == 0) {
			*mode = m;
			return true;
		}
	return wrong(err, "mode", text, "automatic or advise");
}

static bool
take_option(struct request *request, int option, const char *text, FILE *err)
{
	struct crowd_options *crowd = &request->play.options;
	switch (option) {
	case OPTION_TRACE:
		request->play.trace = text;
		return true;
	case OPTION_COMPARE:
		request->compare = text;
		return true;
	case OPTION_MODE:
		return read_mode(err, text, &request->mode);
	case OPTION_UNTIL:
		return read_until(err, text, request);
	case OPTION_SEED:
		return read_seed(err, text, &crowd->seed);
	case OPTION_LOSS:
		return read_share(err, "loss", text, &crowd->loss);
	case OPTION_DELAY:
		return read_duration(err, "delay", text, DELAY_MOST, &crowd->delay);
	case OPTION_REFUSE:
		return read_share(err, "refuse", text, &crowd->refuse);
	case OPTION_CRASH:
		return read_share(err, "crash", text, &crowd->crash);
	case OPTION_SKEW:
		return read_duration(err, "skew", text, 3650 * DAY, &crowd->skew);
	case OPTION_TIMELINE:
		request->timeline = true;
		return true;
	case OPTION_QUIET:
		request->quiet = true;
		return true;
	case OPTION_PLOT:
		request->plot = text;
		return true;
	case OPTION_JSON:
		request->json = true;
		return true;
	default:
		return false;
	}
}

/* 0, or the exit status. */
static int
parse(int argc, char **argv, struct request *request, FILE *err)
{
	int option;
	*request = (struct request){
		.play.options = { .seed = 1, .delay = CROWD_DELAY },
	};
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option == '?' || option == ':')
			return offline_misused(err, usage);
		else if (!take_option(request, option, optarg, err))
			return 2;
	if (argc - optind != 1 || !request->play.trace ||
	    (request->timeline && request->quiet))
		return offline_misused(err, usage);
	if (strcmp(request->play.trace, "-") == 0) {
		wrong(err, "trace", "-", "a file: it is read twice");
		return 2;
	}
	request->run[0].path = argv[optind];
	request->run[1].path = request->compare;
	request->runs = request->compare ? 2 : 1;
	return 0;
}

/* ---- what is needed ---- */

static bool
find_end(struct request *request, FILE *err)
{
	struct play *play = &request->play;
	char wall[WALL_TEXT];
	play->end = request->until ? request->until : play->survey.last;
	if (!request->until_wall)
		return true;
	play->end = request->until_wall - play_start(play);
	if (play->end > 0)
		return true;
	fprintf(err, "bellwether: --until is before %s begins, at %s\n", play->trace,
		wall_format(play_start(play), wall));
	return false;
}

static bool
load(struct request *request, size_t i, FILE *err)
{
	struct run *run = &request->run[i];
	struct survey survey;
	struct policy *policy = offline_policy(run->path, true, err);
	run->policy = policy;
	if (!policy) {
		fprintf(err, "bellwether: %s cannot be used\n", run->path);
		return false;
	}
	if (request->mode)
		policy->mode = request->mode;
	if (!survey_take(request->play.trace, run->path, policy, &survey, err))
		return false;
	request->play.survey = survey;
	if (!find_end(request, err))
		return false;
	if (i == 0 && survey.policies > 0)
		fprintf(err,
			"bellwether: the daemon had other policies %u time%s in %s; "
			"here it is %s throughout\n",
			survey.policies, survey.policies == 1 ? "" : "s",
			request->play.trace, run->path);
	if (policy->mode != MODE_AUTOMATIC)
		fprintf(err,
			"bellwether: %s says mode=\"%s\": nothing is sent by itself; "
			"--mode automatic plays it as if it were\n",
			run->path, policy_mode_name(policy->mode));
	return true;
}

/* ---- what comes out ---- */

static void
print_head(const struct request *request, FILE *out)
{
	const struct play *play = &request->play;
	const struct crowd_options *crowd = &play->options;
	char wall[WALL_TEXT], time[REPORT_TIME], delay[DURATION_TEXT],
	    skew[DURATION_TEXT];
	fprintf(out, "trace     %s, %s from %s%s\n", play->trace,
		report_time(play->end, time), wall_format(play_start(play), wall),
		play->survey.looks ? ", looked at as the daemon did" : "");
	for (size_t i = 0; i < request->runs; i++)
		fprintf(out, "policy    %s: %s, %zu clients, mode %s\n",
			request->run[i].path, request->run[i].policy->server,
			request->run[i].policy->clients,
			policy_mode_name(request->run[i].policy->mode));
	fprintf(out,
		"clients   loss %g%%, delay %s, refuse %g%%, crash %g%%, skew %s, "
		"seed %" PRIu64 "\n",
		crowd->loss * 100, duration_format(crowd->delay, delay),
		crowd->refuse * 100, crowd->crash * 100,
		duration_format(crowd->skew, skew), crowd->seed);
}

static void
print_json_head(const struct request *request, FILE *out)
{
	const struct crowd_options *crowd = &request->play.options;
	char wall[WALL_TEXT];
	fputs("{\"version\":1,\"trace\":", out);
	json_string(request->play.trace, out);
	fprintf(out,
		",\"start\":\"%s\",\"seconds\":%.6f,\"looksFromTrace\":%s,"
		"\"seed\":%" PRIu64 ",\"loss\":%g,\"delay\":%.6f,\"refuse\":%g,"
		"\"crash\":%g,\"skew\":%.6f,\n \"runs\":[",
		wall_format(play_start(&request->play), wall),
		(double)request->play.end / (double)SECOND,
		request->play.survey.looks ? "true" : "false", crowd->seed,
		crowd->loss * 100, (double)crowd->delay / (double)SECOND,
		crowd->refuse * 100, crowd->crash * 100,
		(double)crowd->skew / (double)SECOND);
}

static bool
run_one(struct request *request, size_t i, FILE *out, FILE *err)
{
	struct run *run = &request->run[i];
	struct timeline timeline = {
		.out = out,
		.json = request->json,
		.on = !request->quiet &&
		      (request->runs == 1 || request->timeline || request->json),
		.failover = MET_NO,
		.connection = MET_NO,
	};
	if (request->json) {
		fprintf(out, "%s\n {\"policy\":", i ? "," : "");
		json_string(run->path, out);
		fputs(",\"server\":", out);
		json_string(run->policy->server, out);
		fprintf(out, ",\"clients\":%zu,\"mode\":\"%s\",\"timeline\":[",
			run->policy->clients, policy_mode_name(run->policy->mode));
	} else if (timeline.on) {
		fprintf(out, "\n%s%s", request->runs > 1 ? run->path : "",
			request->runs > 1 ? "\n" : "");
	}
	if (!play_run(&request->play, run, &timeline, err))
		return false;
	if (request->json) {
		fputs("],\n  \"summary\":", out);
		report_json(run, out);
		fputc('}', out);
	}
	return true;
}

static bool
plot(const struct request *request, FILE *err)
{
	const struct run *run = &request->run[0];
	char text[512], title[512];
	FILE *out = fopen(request->plot, "we");
	snprintf(text, sizeof text, "%s by %s over %s, seed %" PRIu64,
		 run->policy->server, base_name(run->path),
		 base_name(request->play.trace), request->play.options.seed);
	/* A file's name can be anything, and is cut here perhaps. */
	text_clean(text, strlen(text), title, sizeof title);
	if (out)
		plot_write(&run->tally, run->policy, title, out);
	if (out && fclose(out) == 0)
		return true;
	fprintf(err, "bellwether: %s: %s\n", request->plot, strerror(errno));
	return false;
}

static int
simulate(struct request *request, FILE *out, FILE *err)
{
	for (size_t i = 0; i < request->runs; i++)
		if (!load(request, i, err))
			return 1;
	if (request->json)
		print_json_head(request, out);
	else
		print_head(request, out);
	for (size_t i = 0; i < request->runs; i++)
		if (!run_one(request, i, out, err)) {
			fprintf(err,
				"bellwether: %s cannot be played: there is not "
				"enough memory, or it is not there any more\n",
				request->play.trace);
			return 1;
		}
	if (request->json) {
		fputs("]}\n", out);
	} else if (!request->timeline) {
		fputc('\n', out);
		report_summary(request->run, request->runs, out);
	}
	return request->plot && !plot(request, err) ? 1 : 0;
}

int
offline_simulate(int argc, char **argv, FILE *out, FILE *err)
{
	struct request *request = calloc(1, sizeof *request);
	if (!request)
		return 1;
	int status = parse(argc, argv, request, err);
	if (status == 0)
		status = simulate(request, out, err);
	for (size_t i = 0; i < request->runs; i++) {
		run_free(&request->run[i]);
		if (request->run[i].policy)
			policy_free(request->run[i].policy);
	}
	free(request);
	return status;
}
