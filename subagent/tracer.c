/* SPDX-License-Identifier: BSD-3-Clause */
/* Traces between the loop and the disk: two buffers a server, and a worker for all. */
#include "config.h"

#include "subagent/tracer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/trace.h"
#include "subagent/trace-file.h"

/* Half of it is written without waiting for the timer. */
#define BUFFER   (128 * 1024)
#define EVERY_MS 5000
#define TRACES   64
#define LONGEST  (3640 * DAY) /* of a file, well before its readers take no more */

struct buffer {
	size_t length;
	bool anew;     /* begins a new file */
	uint64_t told; /* lines that its own say are lost */
	int64_t start; /* wall clock of its time 0 */
	char text[BUFFER];
};

struct trace {
	struct tracer *tracer;
	char server[NAME_TEXT];
	struct trace_file file; /* a worker's while it writes */
	int64_t start, base;    /* wall and boot time of time 0 */
	int64_t last;           /* boot time of the last line */
	int64_t size; /* of the file, once all that was handed over is written */
	struct buffer *filling, *writing;
	bool due;      /* to be written now */
	bool ended;    /* by its server */
	bool failing;  /* said in the log */
	bool taken;    /* by the tracer, which lets go of it */
	uint64_t lost; /* lines, of which the next one is to tell */
	const char *lost_why;
	bool sampling; /* line is one of samples, and its moment may have more */
	struct trace_line line;
	/* What a new file begins with. */
	char policy[80], policy_path[256];
	char paused[3][256]; /* by pausers[]; "": it is not, " ": without a reason */
	/* What was decided last. */
	enum server_state state;
	enum met failover, connection;
	struct buffer buffer[2];
};

struct tracer {
	uv_loop_t *loop;
	char folder[PATH_MAX];
	int64_t half;
	struct trace *trace[TRACES];
	size_t traces;
	size_t turn; /* who was written last */
	uv_timer_t timer;
	uv_work_t work;
	struct trace *at_work; /* NULL: no worker has one */
	bool written;          /* how that went */
	bool closing;
	char why[TRACE_FILE_WHY];
};

static const char *const pausers[] = { "policy", "file", "operator" };

static void write_next(struct tracer *tracer);
static void put_standing(struct trace *trace);
static void put_pause(struct trace *trace, bool on, size_t by, const char *reason);

/* ---- lines ---- */

static void
add_line(struct trace *trace, const struct trace_line *line)
{
	struct buffer *buffer = trace->filling;
	memcpy(buffer->text + buffer->length, line->text, line->length);
	buffer->length += line->length;
}

static bool
has_room(const struct trace *trace, size_t length)
{
	return length <= sizeof(trace->filling->text) - trace->filling->length;
}

static void
put_gap(struct trace *trace, const char *why)
{
	struct trace_line line;
	trace_write_begin(&line, trace->last - trace->base, TRACE_GAP);
	trace_write_quoted(&line, why);
	trace_write_end(&line);
	add_line(trace, &line);
}

static void
put_line(struct trace *trace, struct trace_line *line)
{
	char why[200];
	trace_write_end(line);
	/* With room for what has to be said of the lost. */
	if (!has_room(trace, line->length + sizeof(why) + 64)) {
		if (trace->lost++ == 0)
			trace->lost_why = "the disk did not take them in time";
		return;
	}
	if (trace->lost > 0) {
		snprintf(why, sizeof(why), "%" PRIu64 " lines are lost: %s",
			 trace->lost, trace->lost_why);
		trace->filling->told += trace->lost;
		trace->lost = 0;
		put_gap(trace, why);
	}
	add_line(trace, line);
	if (trace->filling->length >= BUFFER / 2)
		trace->due = true;
}

static void
end_samples(struct trace *trace)
{
	if (!trace->sampling)
		return;
	trace->sampling = false;
	put_line(trace, &trace->line);
}

/* Time never goes back in a trace, whatever the order in which we are told. */
static int64_t
time_of(struct trace *trace, int64_t at)
{
	if (at > trace->last)
		trace->last = at;
	return trace->last - trace->base;
}

static void
begin(struct trace *trace, struct trace_line *line, int64_t at, enum trace_kind kind)
{
	end_samples(trace);
	trace_write_begin(line, time_of(trace, at), kind);
}

/* ---- to the disk ---- */

static void
on_work(uv_work_t *work)
{
	struct tracer *tracer = work->data;
	struct trace *trace = tracer->at_work;
	const struct buffer *buffer = trace->writing;
	tracer->written =
	    trace_file_write(&trace->file, trace->server, buffer->start, buffer->text,
			     buffer->length, buffer->anew, tracer->why);
}

static void
report(struct trace *trace, bool written, const char *why)
{
	if (!written && !trace->failing)
		log_warning("trace", "%s: %s; what happens is not kept there meanwhile",
			    trace->server, why);
	else if (written && trace->failing)
		log_info("trace", "%s: %s is written again", trace->server,
			 trace->file.path);
	trace->failing = !written;
}

static void
count_lost(struct trace *trace)
{
	const struct buffer *buffer = trace->writing;
	for (size_t i = 0; i < buffer->length; i++)
		trace->lost += buffer->text[i] == '\n';
	/* Nobody was told of those either; the line that would have is no loss. */
	trace->lost += buffer->told - (buffer->told > 0);
	trace->lost_why = "they could not be written";
}

static void
trace_free(struct trace *trace)
{
	trace_file_close(&trace->file);
	free(trace);
}

static void
forget(struct tracer *tracer, struct trace *trace)
{
	for (size_t i = 0; i < tracer->traces; i++)
		if (tracer->trace[i] == trace)
			tracer->trace[i--] = tracer->trace[--tracer->traces];
	trace_free(trace);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
on_worked(uv_work_t *work, int status)
{
	struct tracer *tracer = work->data;
	struct trace *trace = tracer->at_work;
	bool again = tracer->written && trace->failing;
	(void)status;
	tracer->at_work = NULL;
	report(trace, tracer->written, tracer->why);
	if (!tracer->written) {
		count_lost(trace);
		trace->size =
		    trace->filling->anew || trace->file.full ? 0 : trace->file.size;
	} else if (again && !trace->ended) {
		/* That may have been among the lost. */
		end_samples(trace);
		put_standing(trace);
	}
	trace->writing->length = 0;
	write_next(tracer);
}

/* The buffers change places. A file that is full ends with this one. */
static void
hand_over(struct trace *trace)
{
	struct tracer *tracer = trace->tracer;
	struct buffer *full = trace->filling;
	tracer->at_work = trace;
	trace->due = false;
	trace->filling = trace->writing;
	trace->writing = full;
	trace->size += (int64_t)full->length;
	trace->filling->length = 0;
	trace->filling->anew = false;
	trace->filling->told = 0;
	if (trace->size >= tracer->half || trace->last - trace->base > LONGEST) {
		trace->start += trace->last - trace->base;
		trace->base = trace->last;
		trace->size = 0;
		trace->filling->anew = true;
		put_standing(trace);
	}
	trace->filling->start = trace->start;
	tracer->work.data = tracer;
	if (uv_queue_work(tracer->loop, &tracer->work, on_work, on_worked) != 0) {
		tracer->written = false;
		slice_copy(slice_of("no worker can be had"), tracer->why,
			   sizeof(tracer->why));
		on_worked(&tracer->work, 0);
	}
}

/* One at a time, in turn: a disk that hangs is to hold no more than one worker. */
static void
write_next(struct tracer *tracer)
{
	if (tracer->at_work)
		return;
	for (size_t i = 0; i < tracer->traces;) {
		struct trace *trace = tracer->trace[i];
		end_samples(trace);
		if (trace->ended && trace->filling->length == 0)
			forget(tracer, trace);
		else
			i++;
	}
	for (size_t i = 1; i <= tracer->traces && !tracer->at_work; i++) {
		struct trace *trace =
		    tracer->trace[(tracer->turn + i) % tracer->traces];
		if ((!trace->due && !trace->ended) || trace->filling->length == 0)
			continue;
		tracer->turn = (tracer->turn + i) % tracer->traces;
		hand_over(trace);
	}
	if (tracer->closing && tracer->traces == 0)
		uv_close((uv_handle_t *)&tracer->timer, on_timer_closed);
}

/* After something was put. */
static void
settle(struct trace *trace)
{
	if (trace->due)
		write_next(trace->tracer);
}

static void
on_timer(uv_timer_t *timer)
{
	struct tracer *tracer = timer->data;
	for (size_t i = 0; i < tracer->traces; i++)
		tracer->trace[i]->due = true;
	write_next(tracer);
}

/* ---- opening and closing ---- */

struct tracer *
tracer_open(uv_loop_t *loop, const char *state, int64_t bound)
{
	if (bound <= 0)
		return NULL;
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	if (!tracer || !path_join(state, "trace", tracer->folder, PATH_MAX)) {
		log_error("trace", "nothing is traced: there is not enough memory");
		free(tracer);
		return NULL;
	}
	tracer->loop = loop;
	tracer->half = bound / 2;
	uv_timer_init(loop, &tracer->timer);
	tracer->timer.data = tracer;
	uv_timer_start(&tracer->timer, on_timer, EVERY_MS, EVERY_MS);
	return tracer;
}

void
tracer_close(struct tracer *tracer)
{
	if (!tracer || tracer->closing)
		return;
	tracer->closing = true;
	uv_timer_stop(&tracer->timer);
	for (size_t i = 0; i < tracer->traces; i++)
		tracer->trace[i]->ended = true;
	write_next(tracer);
}

bool
tracer_busy(const struct tracer *tracer)
{
	return tracer->at_work != NULL;
}

/* Goes on where the file ends; the clock says how far that is. */
static void
place(struct trace *trace, struct moment now)
{
	struct trace_file *file = &trace->file;
	int64_t at = now.wall - file->start;
	if (at < file->last)
		at = file->last;
	trace->size = file->size;
	trace->last = now.boot;
	trace->start = file->start;
	trace->base = now.boot - at;
	if (file->size == 0 || file->size >= trace->tracer->half || at > LONGEST) {
		trace->filling->anew = file->size > 0;
		trace->start = now.wall;
		trace->base = now.boot;
		trace->size = 0;
	}
	trace->filling->start = trace->start;
}

struct trace *
trace_open(struct tracer *tracer, const char *server, struct moment now)
{
	char why[TRACE_FILE_WHY] = "there is not enough memory";
	struct trace *trace = tracer ? calloc(1, sizeof(*trace)) : NULL;
	if (!tracer)
		return NULL;
	if (!trace || !trace_file_open(&trace->file, tracer->folder, server, why)) {
		log_warning("trace", "%s is not traced: %s", server, why);
		free(trace);
		return NULL;
	}
	trace->tracer = tracer;
	trace->filling = &trace->buffer[0];
	trace->writing = &trace->buffer[1];
	slice_copy(slice_of(server), trace->server, sizeof(trace->server));
	place(trace, now);
	return trace;
}

void
trace_drop(struct trace *trace)
{
	if (trace)
		trace_free(trace);
}

void
trace_begin(struct trace *trace, struct moment now)
{
	if (!trace)
		return;
	struct tracer *tracer = trace->tracer;
	if (tracer->closing || tracer->traces == TRACES) {
		log_warning("trace", "%s is not traced: others have all the room",
			    trace->server);
		trace->ended = true;
		return;
	}
	trace->taken = true;
	tracer->trace[tracer->traces++] = trace;
	trace->last = now.boot;
	if (trace->size == 0)
		return;
	put_gap(trace, "the daemon was started again");
	/* Who paused it then may not do so any more; who does is said next. */
	for (size_t i = 0; i < ARRAY_SIZE(pausers); i++)
		put_pause(trace, false, i, "");
}

void
trace_end(struct trace *trace)
{
	if (!trace)
		return;
	trace->ended = true;
	if (trace->taken)
		write_next(trace->tracer);
	else
		trace_free(trace);
}

/* ---- what happens ---- */

void
trace_put_sample(struct trace *trace, const struct policy_input *input,
		 const struct sample *sample)
{
	if (!trace || trace->ended)
		return;
	if (!trace->sampling || sample->at != trace->last) {
		begin(trace, &trace->line, sample->at, TRACE_SAMPLE);
		trace->sampling = true;
	}
	if (!trace_write_sample(&trace->line, input->name, input->service, sample)) {
		begin(trace, &trace->line, sample->at, TRACE_SAMPLE);
		trace->sampling = true;
		trace_write_sample(&trace->line, input->name, input->service, sample);
	}
	settle(trace);
}

void
trace_put_look(struct trace *trace, int64_t at)
{
	struct trace_line line;
	if (!trace || trace->ended)
		return;
	begin(trace, &line, at, TRACE_LOOK);
	put_line(trace, &line);
	settle(trace);
}

bool
trace_decides(const struct trace *trace, enum server_state state,
	      const struct verdict *verdict)
{
	return trace &&
	       (trace->state != state || trace->failover != verdict->failover ||
		trace->connection != verdict->connection);
}

void
trace_put_decided(struct trace *trace, int64_t at, enum server_state state,
		  const struct verdict *verdict, const char *why)
{
	struct trace_line line;
	char word[32];
	if (!trace || trace->ended)
		return;
	trace->state = state;
	trace->failover = verdict->failover;
	trace->connection = verdict->connection;
	begin(trace, &line, at, TRACE_DECIDED);
	trace_write_word(&line, server_state_name(state));
	snprintf(word, sizeof(word), "failover=%s", met_name(verdict->failover));
	trace_write_word(&line, word);
	snprintf(word, sizeof(word), "connection=%s", met_name(verdict->connection));
	trace_write_word(&line, word);
	trace_write_quoted(&line, why);
	put_line(trace, &line);
	/* After a crash it is this that is asked for. */
	trace->due = true;
	settle(trace);
}

static void
put_policy(struct trace *trace)
{
	struct trace_line line = { .length = 1, .text = "#" };
	trace_write_word(&line, trace->policy_path);
	put_line(trace, &line);
	begin(trace, &line, trace->last, TRACE_POLICY);
	trace_write_word(&line, trace->policy);
	put_line(trace, &line);
}

void
trace_put_policy(struct trace *trace, int64_t at, const char *path, const char *digest)
{
	if (!trace || trace->ended)
		return;
	end_samples(trace);
	time_of(trace, at);
	text_clean(path, strlen(path), trace->policy_path, sizeof(trace->policy_path));
	slice_copy(slice_of(digest[0] ? digest : "-"), trace->policy,
		   sizeof(trace->policy));
	put_policy(trace);
}

static void
put_pause(struct trace *trace, bool on, size_t by, const char *reason)
{
	struct trace_line line;
	begin(trace, &line, trace->last, on ? TRACE_PAUSE : TRACE_RESUME);
	trace_write_word(&line, pausers[by]);
	if (reason[0])
		trace_write_quoted(&line, reason);
	put_line(trace, &line);
}

void
trace_put_pause(struct trace *trace, int64_t at, bool on, const char *by,
		const char *reason)
{
	if (!trace || trace->ended)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(pausers); i++) {
		if (strcmp(pausers[i], by) != 0)
			continue;
		end_samples(trace);
		time_of(trace, at);
		slice_copy(slice_of(!on         ? ""
				    : reason[0] ? reason
						: " "),
			   trace->paused[i], sizeof(trace->paused[i]));
		put_pause(trace, on, i, reason);
	}
}

/* What has been said, and holds on. */
static void
put_standing(struct trace *trace)
{
	if (trace->policy[0])
		put_policy(trace);
	for (size_t i = 0; i < ARRAY_SIZE(pausers); i++)
		if (trace->paused[i][0])
			put_pause(
			    trace, true, i,
			    strcmp(trace->paused[i], " ") == 0 ? "" : trace->paused[i]);
}

void
trace_put_operate(struct trace *trace, int64_t at, const struct fleet_wish *wish)
{
	struct trace_line line;
	char word[NAME_TEXT + 16], hold[DURATION_TEXT];
	if (!trace || trace->ended)
		return;
	if (wish->action >= ACTION_PAUSE) {
		trace_put_pause(trace, at, wish->action == ACTION_PAUSE, "operator",
				wish->reason);
		/* An operator's word also ends what the policy began with. */
		if (wish->action == ACTION_RESUME && trace->paused[0][0])
			trace_put_pause(trace, at, false, pausers[0], wish->reason);
		return;
	}
	begin(trace, &line, at, TRACE_OPERATE);
	trace_write_word(&line, action_name(wish->action));
	trace_write_quoted(&line, wish->selection);
	snprintf(word, sizeof(word), "by=%s", wish->requester);
	if (name_valid(wish->requester, strlen(wish->requester)))
		trace_write_word(&line, word);
	snprintf(word, sizeof(word), "for=%s", duration_format(wish->hold, hold));
	if (wish->action < ACTION_RELEASE)
		trace_write_word(&line, word);
	snprintf(word, sizeof(word), "share=%g%%", wish->share * 100);
	if (wish->share > 0 && wish->share < 1)
		trace_write_word(&line, word);
	if (wish->limit > 0)
		trace_write_option(&line, "limit", wish->limit);
	if (wish->force)
		trace_write_word(&line, "force");
	trace_write_quoted(&line, wish->reason);
	put_line(trace, &line);
}

void
trace_put_health(struct trace *trace, int64_t at, const char *alternate,
		 const struct fleet_health *health, const char *why)
{
	struct trace_line line;
	if (!trace || trace->ended)
		return;
	begin(trace, &line, at, TRACE_ALTERNATE);
	trace_write_word(&line, alternate);
	if (!health) {
		trace_write_word(&line, "silent");
		trace_write_quoted(&line, why);
	} else {
		trace_write_word(&line, server_state_name(health->state));
		if (health->known)
			trace_write_option(&line, "performance", health->performance);
		trace_write_option(&line, "threshold", health->threshold);
		trace_write_option(&line, "clients", health->clients);
	}
	put_line(trace, &line);
}
