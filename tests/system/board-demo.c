/* SPDX-License-Identifier: BSD-3-Clause */
/* An engine that only pretends: fills a board, runs the agent, does as its input says.
 *
 * board-demo ROWS STATE [--scene on] -x SOCKET | --master ADDRESS --snmp-conf FILE
 *   input, a line each: churn on|off|slow, tear, notify NUMBER COUNT, freeze, thaw, close,
 *   board, step (of a scene: what runs comes a tenth further), suppress COUNT,
 *   control on|off, quit
 *   output: ready; operate KIND NUMBER ACTION SHARE VERIFIED; switch WHICH VALUE; ended
 *   STATUS
 * board-demo ROWS --dump
 *   prints every instance as snmpwalk -On -Oe -Ox would; * for what time moves */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/address.h"
#include "common/bytes.h"
#include "common/clock.h"
#include "subagent/agent.h"
#include "subagent/board.h"
#include "subagent/link.h"
#include "tests/system/demo-scene.h"

#define SOME       20u /* rows of the tables that are not the client table */
#define OPERATIONS 64u

static uint32_t clients;
static int64_t boot; /* when we started */
static struct board *board;
static struct mib_scalars scalars;
static struct mib_operation operations[OPERATIONS];
static uint32_t operation_count;
static uint64_t sequence;
static bool churning, slow, frozen, scene;
static int link_fd = -1;
static pid_t agent;

/* ---- rows that follow from their index alone ---- */

static uint32_t
labels(const struct mib_column *column)
{
	uint32_t count = 0;
	while (column->label && column->label[count])
		count++;
	return count;
}

static void
fill_column(const struct mib_column *column, uint32_t n, uint8_t *at)
{
	uint32_t small = n * 3;
	uint64_t large = (uint64_t)n << 33 | n;
	int64_t then = boot - 100 * SECOND, wall = INT64_C(1795425600) * SECOND;
	struct address address = { .byte = { 0x20, 0x01, 0x0d, 0xb8 } };
	switch (column->kind) {
	case MIB_ENUM:
		small = 1 + n % labels(column);
		break;
	case MIB_ROW_STATUS:
		small = 1;
		break;
	case MIB_PERCENT:
		small = n % 7 == 0 ? UINT32_MAX : n % 101;
		break;
	case MIB_THOUSANDTH:
		large = n % 20 == 0 ? (uint64_t)INT64_MIN : n * UINT64_C(1001);
		break;
	case MIB_STAMP:
	case MIB_AGE:
		large = (uint64_t)(n % 4 == 0 ? 0 : then);
		break;
	case MIB_LEFT:
		large = (uint64_t)(boot + 1000000 * SECOND);
		break;
	case MIB_DATE:
		large = (uint64_t)(n % 3 == 0 ? 0 : wall + n * SECOND + SECOND / 2);
		break;
	default:
		break;
	}
	put_u32(address.byte + 12, n);
	if (n % 2) {
		struct address v4 = { .byte = { [10] = 0xff, 0xff, 10 } };
		v4.byte[13] = (uint8_t)(n >> 16);
		v4.byte[14] = (uint8_t)(n >> 8);
		v4.byte[15] = (uint8_t)n;
		address = v4;
	}
	if (column->kind == MIB_STRING && n % 11 == 0)
		*(char *)at = '\0';
	else if (column->kind == MIB_STRING)
		snprintf((char *)at, column->size, "%s %u", column->name, n);
	else if (column->kind == MIB_OCTETS)
		memset(at, (int)n, column->size);
	else if (column->kind == MIB_TRUTH)
		*at = n % 2;
	else if (column->kind == MIB_ADDRESS || column->kind == MIB_ADDRESS_TYPE)
		memcpy(at, &address, sizeof(address));
	else if (column->size == sizeof(small))
		memcpy(at, &small, sizeof(small));
	else
		memcpy(at, &large, sizeof(large));
}

static void
fill_row(enum mib_table which, uint32_t server, uint32_t n, union mib_any *row)
{
	const struct mib_description *table = mib_describe(which);
	memset(row, 0, sizeof(*row));
	for (size_t i = 0; i < table->columns; i++)
		fill_column(&table->column[i], n,
			    (uint8_t *)row + table->column[i].offset);
	row->index = (struct mib_row){ server, n };
	if (scene)
		scene_fill(which, row, clients);
}

/* Some tables in two servers, so that both halves of an index count. */
static uint32_t
server_of(enum mib_table table, uint32_t i)
{
	if (table == MIB_SERVER)
		return i + 1;
	return table != MIB_CLIENT && i >= SOME / 2 ? 2 : 1;
}

static uint32_t
rows_of(enum mib_table table)
{
	return table == MIB_CLIENT ? clients : table == MIB_SERVER ? 2 : SOME;
}

static uint32_t
number_of(enum mib_table table, uint32_t i)
{
	return table == MIB_CLIENT || table == MIB_SERVER ? i + 1 : (i + 1) * 10;
}

static void
fill_scalars(void)
{
	for (size_t i = 0; i < mib_scalars_count; i++)
		fill_column(&mib_scalar[i], 1,
			    (uint8_t *)&scalars + mib_scalar[i].offset);
	scalars.notifications = sequence = 100;
	scalars.suppressed = 0;
	scalars.operation_next = 5000;
	for (unsigned i = 0; i < MIB_SWITCHES; i++)
		scalars.notify[i] = MIB_ENABLED;
	scalars.control = true;
}

/* ---- the dump ---- */

static void
print_octets(const void *data, size_t size)
{
	const uint8_t *octet = data;
	if (size == 0) {
		puts("\"\"");
		return;
	}
	fputs("Hex-STRING:", stdout);
	for (size_t i = 0; i < size; i++)
		printf(" %02X", octet[i]);
	putchar('\n');
}

static void
print_date(int64_t wall)
{
	time_t seconds = (time_t)(wall / SECOND);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	printf("Hex-STRING: %02X %02X %02X %02X %02X %02X %02X %02X 2B 00 00\n",
	       (utc.tm_year + 1900) >> 8, (utc.tm_year + 1900) & 255, utc.tm_mon + 1,
	       utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
	       (int)(wall % SECOND / (SECOND / 10)));
}

static void
print_value(const struct mib_column *column, const uint8_t *at)
{
	struct address address;
	uint32_t small = 0;
	uint64_t large = 0;
	memcpy(&small, at, column->size < 4 ? column->size : 4);
	if (column->size == 8)
		memcpy(&large, at, 8);
	if (column->kind == MIB_ADDRESS || column->kind == MIB_ADDRESS_TYPE)
		memcpy(&address, at, sizeof(address));
	switch (column->kind) {
	case MIB_ENUM:
	case MIB_ROW_STATUS:
		printf("INTEGER: %u\n", small);
		break;
	case MIB_UNSIGNED:
	case MIB_GAUGE:
	case MIB_PERCENT:
		printf("Gauge32: %u\n", small);
		break;
	case MIB_COUNTER:
		printf("Counter32: %u\n", small);
		break;
	case MIB_COUNTER64:
	case MIB_THOUSANDTH:
		printf("Counter64: %" PRIu64 "\n", large);
		break;
	case MIB_STRING:
		print_octets(at, strlen((const char *)at));
		break;
	case MIB_TRUTH:
		printf("INTEGER: %d\n", *at ? 1 : 2);
		break;
	case MIB_STAMP:
		puts("Timeticks: *");
		break;
	case MIB_AGE:
	case MIB_LEFT:
		puts("Gauge32: *");
		break;
	case MIB_DATE:
		print_date((int64_t)large);
		break;
	case MIB_ADDRESS_TYPE:
		printf("INTEGER: %d\n", address_is_v4(&address) ? 1 : 2);
		break;
	case MIB_ADDRESS:
		if (address_is_v4(&address))
			print_octets(address.byte + 12, 4);
		else
			print_octets(address.byte, 16);
		break;
	case MIB_OCTETS:
		print_octets(at, column->size);
		break;
	}
}

static bool
absent(const struct mib_column *column, const uint8_t *at)
{
	uint32_t small = 0;
	uint64_t large = 1;
	memcpy(&small, at, column->size < 4 ? column->size : 4);
	if (column->size == 8)
		memcpy(&large, at, 8);
	return (column->kind == MIB_PERCENT && small == UINT32_MAX) ||
	       (column->kind == MIB_THOUSANDTH && (int64_t)large < 0) ||
	       ((column->kind == MIB_AGE || column->kind == MIB_DATE) && large == 0);
}

static void
dump_column(enum mib_table which, const struct mib_column *column)
{
	uint32_t root[16];
	size_t length = mib_entry(which, root);
	for (uint32_t i = 0; i < rows_of(which); i++) {
		union mib_any row;
		const uint8_t *at = (const uint8_t *)&row + column->offset;
		fill_row(which, server_of(which, i), number_of(which, i), &row);
		if (absent(column, at))
			continue;
		for (size_t j = 0; j < length; j++)
			printf(".%u", root[j]);
		printf(".%u.%u", column->number, row.index.server);
		if (mib_describe(which)->indexes == 2)
			printf(".%u", row.index.row);
		fputs(" = ", stdout);
		print_value(column, at);
	}
}

static void
dump(void)
{
	static const uint32_t base[] = MIB_BASE;
	fill_scalars();
	for (size_t i = 0; i < mib_scalars_count; i++) {
		const uint8_t *at = (const uint8_t *)&scalars + mib_scalar[i].offset;
		for (size_t j = 0; j < ARRAY_SIZE(base); j++)
			printf(".%u", base[j]);
		printf(".1.1.%u.0 = ", mib_scalar[i].number);
		print_value(&mib_scalar[i], at);
	}
	for (unsigned t = MIB_SERVER; t < MIB_TABLE_END; t++) {
		const struct mib_description *table = mib_describe((enum mib_table)t);
		for (size_t i = 0; i < table->columns; i++)
			dump_column((enum mib_table)t, &table->column[i]);
	}
}

/* ---- the board ---- */

/* Room for events that come later, and how many have. */
#define HAPPENINGS 8u
static uint32_t happened;

static void
make_board(void)
{
	struct board_sizes sizes = { { 0 } };
	for (unsigned t = MIB_SERVER; t < MIB_TABLE_END; t++)
		sizes.rows[t] =
		    t == MIB_OPERATION ? OPERATIONS : rows_of((enum mib_table)t);
	sizes.rows[MIB_EVENT] += HAPPENINGS;
	happened = 0;
	board_close(board);
	board = board_new(&sizes);
	if (!board) {
		perror("board-demo: board_new");
		exit(1);
	}
	operation_count = 0;
	for (unsigned t = MIB_SERVER; t < MIB_TABLE_END; t++) {
		enum mib_table which = (enum mib_table)t;
		for (uint32_t i = 0; i < rows_of(which); i++) {
			union mib_any row;
			fill_row(which, server_of(which, i), number_of(which, i), &row);
			board_write(board, which, i, &row.index);
			if (which == MIB_OPERATION)
				operations[operation_count++] = row.operation;
		}
		board_count(board, which, rows_of(which));
	}
	board_scalars_write(board, &scalars);
	board_publish(board, clock_now().boot);
}

static void
send_board(void)
{
	struct link_message message = { .kind = LINK_BOARD };
	if (!link_send(link_fd, &message, board_fd(board)))
		perror("board-demo: the board");
}

/* Rows whose number is a multiple of three come and go; all others stay. Slowly: as if we
   were taken off our core in the middle. */
static void
churn(void)
{
	static bool there = true;
	uint32_t count = 0;
	there = !there;
	board_shift_begin(board, MIB_CLIENT);
	for (uint32_t n = 1; n <= clients; n++) {
		union mib_any row;
		if (!there && n % 3 == 0)
			continue;
		fill_row(MIB_CLIENT, 1, n, &row);
		board_write(board, MIB_CLIENT, count++, &row.index);
	}
	board_count(board, MIB_CLIENT, count);
	if (slow)
		nanosleep(&(struct timespec){ .tv_nsec = 60000000 }, NULL);
	board_shift_end(board, MIB_CLIENT);
}

/* One more event of the last server. */
static void
happen(void)
{
	uint32_t last = rows_of(MIB_EVENT) - 1;
	union mib_any row;
	if (happened == HAPPENINGS)
		return;
	happened++;
	fill_row(MIB_EVENT, server_of(MIB_EVENT, last),
		 number_of(MIB_EVENT, last) + happened, &row);
	board_shift_begin(board, MIB_EVENT);
	board_write(board, MIB_EVENT, last + happened, &row.index);
	board_count(board, MIB_EVENT, last + happened + 1);
	board_shift_end(board, MIB_EVENT);
}

/* ---- operations ---- */

static void
publish_operations(void)
{
	board_shift_begin(board, MIB_OPERATION);
	for (uint32_t i = 0; i < operation_count; i++)
		board_write(board, MIB_OPERATION, i, &operations[i].index);
	board_count(board, MIB_OPERATION, operation_count);
	board_shift_end(board, MIB_OPERATION);
}

static struct mib_operation *
operation_at(const struct link_operate *operate)
{
	uint32_t i = 0;
	while (i < operation_count && (operations[i].index.server < operate->server ||
				       (operations[i].index.server == operate->server &&
					operations[i].index.row < operate->number)))
		i++;
	bool there = i < operation_count &&
		     operations[i].index.server == operate->server &&
		     operations[i].index.row == operate->number;
	if (there)
		return &operations[i];
	if (operation_count == OPERATIONS)
		return NULL;
	memmove(&operations[i + 1], &operations[i],
		(operation_count - i) * sizeof(operations[0]));
	operation_count++;
	memset(&operations[i], 0, sizeof(operations[i]));
	operations[i].index = (struct mib_row){ operate->server, operate->number };
	return &operations[i];
}

static void
operate(const struct link_operate *asked)
{
	struct link_message answer = { .kind = LINK_ANSWER };
	answer.answer.server = asked->server;
	answer.answer.number = asked->number;
	answer.answer.accepted = strcmp(asked->requester, "nobody") != 0;
	printf("operate %d %u %u %u %d\n", (int)asked->kind, asked->number,
	       asked->action, asked->share, asked->verified);
	if (!answer.answer.accepted) {
		snprintf(answer.answer.text, MIB_TEXT, "the policy does not allow it");
		link_send(link_fd, &answer, -1);
		return;
	}
	struct mib_operation *row = operation_at(asked);
	if (!row)
		return;
	row->action = asked->action;
	memcpy(row->selection, asked->selection, sizeof(row->selection));
	memcpy(row->requester, asked->requester, sizeof(row->requester));
	memcpy(row->reason, asked->reason, sizeof(row->reason));
	row->hold = asked->hold;
	row->share = asked->share;
	row->limit = asked->limit;
	row->force = asked->force;
	row->verified = asked->verified;
	row->initiator = 3;
	row->matched = scene ? scene_count(row->selection, clients) : clients;
	row->planned = row->matched * asked->share / 100;
	row->state = asked->kind == OPERATE_PLAN     ? 1
		     : asked->kind == OPERATE_CANCEL ? 5
						     : 2;
	row->row_status = asked->kind == OPERATE_PLAN ? 2 : 1;
	publish_operations();
	link_send(link_fd, &answer, -1);
}

/* Not shown while we are frozen: as an engine that has other things to do. */
static void
set_switch(const struct link_switch *set)
{
	printf("switch %u %u\n", set->which, set->value);
	scalars.notify[set->which] = set->value;
	board_scalars_write(board, &scalars);
}

/* ---- commands ---- */

static void
notify(unsigned number, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct link_message message = { .kind = LINK_NOTIFY };
		message.notify = (struct link_notify){
			.notification = (enum notification)number,
			.sequence = ++sequence,
			.wall = clock_now().wall,
			.severity = 3,
			.server = 1,
			.row = 10,
			.server_name = "aaa1",
			.subject = "radiusd",
			.state = 3,
			.mode = 1,
			.count = 257,
			.reason = "performance 12 below 30",
			.suppressed = scalars.suppressed,
		};
		while (!link_send(link_fd, &message, -1) && errno == EAGAIN)
			poll(&(struct pollfd){ .fd = link_fd, .events = POLLOUT }, 1,
			     100);
	}
	scalars.notifications = sequence;
	board_scalars_write(board, &scalars);
}

static void
command(char *line)
{
	unsigned number, count;
	line[strcspn(line, "\n")] = 0;
	if (strncmp(line, "churn ", 6) == 0) {
		slow = strcmp(line + 6, "slow") == 0;
		churning = slow || strcmp(line + 6, "on") == 0;
	} else if (strcmp(line, "tear") == 0)
		board_shift_begin(board, MIB_CLIENT);
	else if (sscanf(line, "notify %u %u", &number, &count) == 2)
		notify(number, count);
	else if (strcmp(line, "freeze") == 0 || strcmp(line, "thaw") == 0)
		frozen = line[0] == 'f';
	else if (strcmp(line, "close") == 0 && link_fd >= 0)
		close(link_fd), link_fd = -1;
	else if (strcmp(line, "event") == 0)
		happen();
	else if (strcmp(line, "board") == 0)
		make_board(), send_board();
	else if (strcmp(line, "step") == 0)
		scene_step(board, clients, operations, operation_count, fill_row),
		    publish_operations();
	else if (sscanf(line, "suppress %u", &number) == 1)
		scalars.suppressed += number, board_scalars_write(board, &scalars);
	else if (strncmp(line, "control ", 8) == 0)
		scalars.control = strcmp(line + 8, "on") == 0,
		board_scalars_write(board, &scalars);
	else if (strcmp(line, "quit") == 0)
		kill(agent, SIGTERM);
	else
		fprintf(stderr, "board-demo: what is %s?\n", line);
}

/* Whole lines, as they come; input that ends is no command to end. */
static bool
read_commands(void)
{
	static char text[512];
	static size_t have;
	ssize_t got = read(STDIN_FILENO, text + have, sizeof(text) - 1 - have);
	if (got <= 0)
		return false;
	have += (size_t)got;
	text[have] = 0;
	for (char *end; (end = strchr(text, '\n'));) {
		char line[sizeof(text)];
		*end = 0;
		slice_copy(slice_of(text), line, sizeof(line));
		have -= (size_t)(end + 1 - text);
		memmove(text, end + 1, have + 1);
		command(line);
	}
	return true;
}

/* ---- main ---- */

static int
serve(void)
{
	bool reading = true;
	int status;
	for (;;) {
		struct pollfd watch[] = {
			{ .fd = reading ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = link_fd, .events = POLLIN },
		};
		struct link_message message;
		int fd;
		poll(watch, 2, churning ? 5 : 100);
		if (watch[0].revents)
			reading = read_commands();
		while (link_fd >= 0 && link_receive(link_fd, &message, &fd) == 1)
			if (message.kind == LINK_OPERATE)
				operate(&message.operate);
			else if (message.kind == LINK_SWITCH)
				set_switch(&message.set);
		if (churning)
			churn();
		if (scene && !frozen)
			scene_refresh(board, fill_row);
		if (!frozen)
			board_publish(board, clock_now().boot);
		if (waitpid(agent, &status, WNOHANG) == agent)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
	}
}

static void
start_agent(struct agent_options *options)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
	    fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0 ||
	    fcntl(pair[1], F_SETFL, O_NONBLOCK) != 0) {
		perror("board-demo: socketpair");
		exit(1);
	}
	agent = fork();
	if (agent == 0) {
		close(pair[0]);
		close(STDIN_FILENO);
		open("/dev/null", O_RDONLY);
		options->link = pair[1];
		_exit(agent_main(options));
	}
	close(pair[1]);
	link_fd = pair[0];
}

static bool
parse(int argc, char **argv, struct agent_options *options)
{
	options->state = argv[2];
	for (int i = 3; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "-x") == 0)
			options->socket = argv[i + 1];
		else if (strcmp(argv[i], "--master") == 0)
			options->master = argv[i + 1];
		else if (strcmp(argv[i], "--snmp-conf") == 0)
			options->conf = argv[i + 1];
		else if (strcmp(argv[i], "--scene") == 0)
			scene = true;
		else
			return false;
	}
	return argc % 2 == 1;
}

int
main(int argc, char **argv)
{
	struct agent_options options = { .foreground = true, .level = LOG_LEVEL_DEBUG };
	clients = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	boot = clock_now().boot;
	if (argc == 3 && strcmp(argv[2], "--dump") == 0) {
		dump();
		return 0;
	}
	if (argc < 3 || !parse(argc, argv, &options)) {
		fprintf(stderr, "usage: board-demo ROWS STATE -x SOCKET | --master "
				"ADDRESS --snmp-conf FILE | --dump\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	fill_scalars();
	make_board();
	start_agent(&options);
	send_board();
	printf("ready %d\n", (int)agent);
	int status = serve();
	printf("ended %d\n", status);
	board_close(board);
	return status;
}
