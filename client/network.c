/* SPDX-License-Identifier: BSD-3-Clause */
/* The network process: all cores, all sockets, no privilege. */
#include "config.h"

#include "client/daemon.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "client/control.h"
#include "client/drop.h"
#include "client/line.h"
#include "client/link.h"
#include "client/report.h"
#include "client/state.h"
#include "common/log.h"
#include "common/random.h"

#define FAULTS_MAX 64
#define SAVE_AGAIN 1000 /* ms, after a state could not be kept */
#define BUSY_PAUSE 10
#define READS      16
/* A few servers speak to one client: hundreds of messages have room. */
#define BUFFER (1 << 20)
/* So many in a row are no change of keys under way; told once a minute, for anybody can
   cause them. */
#define UNPROVEN 3u
#define KEY_PACE MINUTE

struct network;

/* One transport and port; servers that share them share it. */
struct socket {
	struct network *network;
	enum transport transport;
	uint16_t port;
	struct line line;
	uv_poll_t poll;
};

struct server {
	const struct config_server *config;
	struct keys *keys;
	struct core *core;
	struct socket *socket;
	bool saving;             /* nothing leaves before it is kept */
	bool again;              /* it was not: tried again by the timer */
	struct core_state state; /* what is being kept */
	enum place told;         /* in the log */
	unsigned unproven;       /* messages in a row whose key is not ours */
	int64_t key_told;        /* when that was told; 0 not since it was heard */
};

struct network {
	const struct start *start;
	uv_loop_t loop;
	uv_timer_t timer, save_timer;
	uv_poll_t link;
	struct control *control;
	struct server *server;
	size_t servers;
	struct socket *socket; /* as many as servers at most */
	size_t sockets;
	struct datagram in[CHANNEL_BATCH];
	uint64_t strangers; /* datagrams for no server of ours */
	int status;
};

/* ---- turns ---- */

static void
end(struct network *network, int status)
{
	network->status = status;
	uv_stop(&network->loop);
}

static void
tell(struct network *network, const struct server *server,
     const struct link_message *message)
{
	(void)server;
	if (!link_send(network->start->link, message))
		end(network, 0);
}

static void
save(struct network *network, struct server *server)
{
	struct link_message message;
	memset(&message, 0, sizeof message);
	message.kind = LINK_STATE;
	message.server = (uint32_t)(server - network->server);
	message.state = server->state;
	server->saving = true;
	server->again = false;
	tell(network, server, &message);
}

static void
run_hook(struct network *network, struct server *server, const struct core_hook *hook)
{
	struct link_message message;
	memset(&message, 0, sizeof message);
	message.kind = LINK_HOOK;
	message.server = (uint32_t)(server - network->server);
	message.hook = *hook;
	tell(network, server, &message);
}

static void
log_place(struct server *server)
{
	struct core_status status;
	char place[REPORT_PLACE];
	core_status(server->core, &status);
	if (status.place == server->told)
		return;
	server->told = status.place;
	log_info("client", "%s: %s", server->config->core.server,
		 report_place(&status, place));
}

static void
turn(struct network *network, struct server *server, struct moment now)
{
	struct line *line = &server->socket->line;
	struct core_hook hook;
	core_tick(server->core, now);
	if (!server->saving && core_changed(server->core, now, &server->state))
		save(network, server);
	log_place(server);
	if (server->saving)
		return;
	while (line_room(line) &&
	       core_send(server->core, now, &line->out[line->waiting]))
		line->waiting++;
	if (core_hook(server->core, now, &hook))
		run_hook(network, server, &hook);
}

static void on_timer(uv_timer_t *timer);
static void on_ready(uv_poll_t *poll, int status, int events);

/* Sends what waits, and sleeps until something is due. */
static void
settle(struct network *network, struct moment now)
{
	int64_t next = now.boot + HOUR;
	bool blocked = false;
	for (size_t i = 0; i < network->servers; i++) {
		const struct server *server = &network->server[i];
		int64_t due = server->saving ? NEVER : core_next(server->core);
		if (due < next)
			next = due;
	}
	for (size_t i = 0; i < network->sockets; i++) {
		struct socket *socket = &network->socket[i];
		line_flush(&socket->line);
		blocked = blocked || socket->line.blocked;
		uv_poll_start(&socket->poll,
			      UV_READABLE | (socket->line.blocked ? UV_WRITABLE : 0),
			      on_ready);
	}
	int64_t wait = next - now.boot + MILLISECOND - 1;
	uint64_t ms = wait <= 0 ? 0 : (uint64_t)(wait / MILLISECOND);
	if (blocked && ms < BUSY_PAUSE)
		ms = BUSY_PAUSE;
	uv_timer_start(&network->timer, on_timer, ms, 0);
}

static void
turn_all(struct network *network)
{
	struct moment now = clock_now();
	for (size_t i = 0; i < network->servers; i++)
		turn(network, &network->server[i], now);
	settle(network, now);
}

static void
on_timer(uv_timer_t *timer)
{
	struct network *network = timer->data;
	for (size_t i = 0; i < network->sockets; i++)
		network->socket[i].line.blocked = false;
	turn_all(network);
}

/* ---- from the network ---- */

/* Whose it says it is; that it is so, the core finds out. */
static struct server *
find_server(struct network *network, const struct socket *socket,
	    const struct datagram *datagram)
{
	struct message message;
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	if (message_decode(datagram->bytes, datagram->size, &message, alternate) !=
	    CHECK_OK)
		return NULL;
	for (size_t i = 0; i < network->servers; i++) {
		struct server *server = &network->server[i];
		if (server->socket == socket &&
		    slice_equal(message.server, server->config->core.server))
			return server;
	}
	return NULL;
}

/* What a server says that does not share our keys is not understood: say what to do. */
static void
complain(const struct network *network, struct server *server,
	 const struct datagram *datagram, enum message_check check, struct moment now)
{
	struct message message;
	struct message_alternate alternate[MESSAGE_ALTERNATES];
	const char *name = server->config->core.server;
	bool keys = check == CHECK_KEY || check == CHECK_ALGORITHM ||
		    check == CHECK_AUTHENTICATOR;
	if (check == CHECK_OK)
		server->key_told = server->unproven = 0;
	if (!keys || ++server->unproven < UNPROVEN ||
	    (server->key_told && now.boot < server->key_told + KEY_PACE) ||
	    message_decode(datagram->bytes, datagram->size, &message, alternate) !=
		CHECK_OK)
		return;
	server->key_told = now.boot;
	if (check == CHECK_KEY)
		log_warning("message",
			    "%s uses key %u, which %s has not: get it from there "
			    "(bellwether key --id %u), add it as <key id=\"%u\">, and "
			    "restart",
			    name, message.key_id, network->start->config->file,
			    message.key_id, message.key_id);
	else
		log_warning("message",
			    "%s has another %s for key %u: get the key anew from there "
			    "(bellwether key --id %u), and restart",
			    name,
			    check == CHECK_ALGORITHM ? "algorithm"
						     : "secret or address of us",
			    message.key_id, message.key_id);
}

static void
take(struct network *network, const struct socket *socket,
     const struct datagram *datagram, struct moment now)
{
	char from[ENDPOINT_TEXT];
	struct server *server = find_server(network, socket, datagram);
	if (!server) {
		network->strangers++;
		return;
	}
	enum message_check check = core_receive(server->core, datagram->bytes,
						datagram->size, &datagram->from, now);
	if (check != CHECK_OK)
		log_debug("message", "%s: from %s refused: %s",
			  server->config->core.server,
			  address_format(&datagram->from.address, from),
			  message_check_name(check));
	complain(network, server, datagram, check, now);
	turn(network, server, now);
}

static void
on_ready(uv_poll_t *poll, int status, int events)
{
	struct socket *socket = poll->data;
	struct network *network = socket->network;
	struct moment now = clock_now();
	char text[ADDRESS_TEXT];
	struct address to;
	int error;
	(void)status;
	if (events & UV_WRITABLE)
		socket->line.blocked = false;
	for (unsigned reads = 0; reads < READS; reads++) {
		size_t count =
		    channel_receive(socket->line.channel, network->in, CHANNEL_BATCH);
		for (size_t i = 0; i < count; i++)
			take(network, socket, &network->in[i], now);
		if (count < CHANNEL_BATCH)
			break;
	}
	while (channel_error(socket->line.channel, &to, &error))
		log_debug("message", "%s: %s", address_format(&to, text),
			  strerror(error));
	turn_all(network);
}

/* ---- from the parent ---- */

static void
on_save_timer(uv_timer_t *timer)
{
	struct network *network = timer->data;
	for (size_t i = 0; i < network->servers; i++)
		if (network->server[i].again)
			save(network, &network->server[i]);
}

static void
on_link(uv_poll_t *poll, int status, int events)
{
	struct network *network = poll->data;
	struct link_message message;
	enum link_end got = LINK_CLOSED;
	(void)events;
	while (status == 0 && (got = link_receive(network->start->link,
						  1u << LINK_DONE | 1u << LINK_SAVED,
						  (uint32_t)network->servers,
						  &message)) == LINK_MESSAGE) {
		struct server *server = &network->server[message.server];
		if (message.kind == LINK_DONE) {
			core_hook_done(server->core, message.status, message.line,
				       clock_now());
		} else if (message.status == 0) {
			server->saving = false;
		} else {
			server->again = true;
			uv_timer_start(&network->save_timer, on_save_timer, SAVE_AGAIN,
				       0);
		}
	}
	if (got != LINK_NOTHING) {
		/* Without its parent this process has nothing left to do. */
		end(network, got == LINK_CLOSED ? 0 : 1);
		return;
	}
	turn_all(network);
}

/* ---- from --status and --ask ---- */

static void
answer_status(struct network *network, char *text, size_t size)
{
	struct moment now = clock_now();
	struct core_status status;
	size_t used = 0;
	for (size_t i = 0; i < network->servers; i++) {
		core_status(network->server[i].core, &status);
		used += report_server(network->server[i].config, &status, now,
				      text + used, size - used);
	}
}

static void
answer_ask(struct network *network, char *text, size_t size)
{
	struct moment now = clock_now();
	size_t used = 0;
	for (size_t i = 0; i < network->servers && used < size; i++) {
		bool asks = core_ask(network->server[i].core, now);
		int wrote = snprintf(text + used, size - used, "%s: %s\n",
				     network->server[i].config->core.server,
				     asks ? "asking to come back" : "here already");
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

static void
on_word(void *context, const char *word, char *text, size_t size)
{
	struct network *network = context;
	text[0] = '\0';
	if (strcmp(word, "status") == 0)
		answer_status(network, text, size);
	else if (strcmp(word, "ask") == 0)
		answer_ask(network, text, size);
	turn_all(network);
}

/* ---- setting up ---- */

static bool
same_address(const struct server *server, const struct address *address)
{
	struct core_status status;
	if (!address_equal(&server->config->core.server_address, address))
		return false;
	core_status(server->core, &status);
	return status.in_force != 0;
}

/* An alternate that is a server of ours and sent us away itself is no way out. */
static bool
ordered_away(const void *context, const struct address *address)
{
	const struct network *network = context;
	for (size_t i = 0; i < network->servers; i++)
		if (network->server[i].core &&
		    same_address(&network->server[i], address))
			return true;
	return false;
}

static struct socket *
socket_for(struct network *network, const struct config_server *server)
{
	char why[CHANNEL_WHY];
	for (size_t i = 0; i < network->sockets; i++)
		if (network->socket[i].transport == server->transport &&
		    network->socket[i].port == server->core.port)
			return &network->socket[i];
	const struct address *address = &server->core.address;
	const struct channel_options options = {
		.transport = server->transport,
		.receive_buffer = BUFFER,
		.family = address_is_v4(address) ? AF_INET : AF_INET6,
		.port = server->core.port,
		.local = { *address, 128 },
	};
	struct socket *socket = &network->socket[network->sockets];
	socket->network = network;
	socket->transport = server->transport;
	socket->port = server->core.port;
	socket->line.channel = channel_open(&options, why);
	if (!socket->line.channel) {
		log_error("client", "%s: %s", server->core.server, why);
		return NULL;
	}
	network->sockets++;
	return socket;
}

static bool
read_keys(struct server *server, const struct config *config)
{
	struct faults *faults = faults_new(FAULTS_MAX);
	if (!faults)
		return false;
	server->keys = config_keys(config, server->config, faults);
	for (size_t i = 0; i < faults_count(faults); i++) {
		const struct fault *fault = faults_at(faults, i);
		log_error("client", "%s:%u: %s", fault->file, fault->line, fault->text);
	}
	faults_free(faults);
	return server->keys != NULL;
}

static bool
set_up_server(struct network *network, struct server *server)
{
	const struct start *start = network->start;
	const char *name = server->config->core.server;
	struct core_config config = server->config->core;
	struct moment now = clock_now();
	char why[FILE_WHY];
	config.ordered_away = ordered_away;
	config.context = network;
	server->socket = socket_for(network, server->config);
	if (!server->socket || !read_keys(server, start->config))
		return false;
	server->core = core_new(&config, server->keys, random_entropy(), now);
	if (!server->core) {
		log_error("client", "out of memory");
		return false;
	}
	if (state_load(start->folder, name, &server->state, why))
		core_restore(server->core, &server->state, now);
	else if (why[0] != '\0')
		log_warning("client", "%s/%s.state %s", start->folder, name, why);
	return true;
}

static bool
set_up(struct network *network)
{
	const struct config *config = network->start->config;
	network->server = calloc(config->servers, sizeof *network->server);
	network->socket = calloc(config->servers, sizeof *network->socket);
	if (!network->server || !network->socket) {
		log_error("client", "out of memory");
		return false;
	}
	network->servers = config->servers;
	for (size_t i = 0; i < network->servers; i++) {
		network->server[i].config = &config->server[i];
		network->server[i].told = PLACE_UNKNOWN;
		if (!set_up_server(network, &network->server[i]))
			return false;
	}
	return true;
}

/* After the drop: nothing here needs a right, and every callback runs without any. */
static bool
enter_loop(struct network *network)
{
	const struct link_message ready = { .kind = LINK_READY };
	if (uv_loop_init(&network->loop) != 0)
		return false;
	uv_timer_init(&network->loop, &network->timer);
	uv_timer_init(&network->loop, &network->save_timer);
	uv_poll_init(&network->loop, &network->link, network->start->link);
	network->timer.data = network->save_timer.data = network->link.data = network;
	for (size_t i = 0; i < network->sockets; i++) {
		struct socket *socket = &network->socket[i];
		uv_poll_init(&network->loop, &socket->poll,
			     channel_fd(socket->line.channel));
		socket->poll.data = socket;
	}
	network->control =
	    control_serve(&network->loop, network->start->control, on_word, network);
	if (!network->control)
		return false;
	uv_poll_start(&network->link, UV_READABLE | UV_DISCONNECT, on_link);
	if (!link_send(network->start->link, &ready))
		return false;
	turn_all(network);
	uv_run(&network->loop, UV_RUN_DEFAULT);
	return true;
}

static void
tear_down(struct network *network)
{
	for (size_t i = 0; i < network->servers; i++) {
		core_free(network->server[i].core);
		keys_free(network->server[i].keys);
	}
	for (size_t i = 0; i < network->sockets; i++)
		channel_close(network->socket[i].line.channel);
	free(network->server);
	free(network->socket);
	free(network);
}

int
network_run(const struct start *start)
{
	char why[DROP_WHY];
	struct network *network = calloc(1, sizeof *network);
	if (!network)
		return 1;
	network->start = start;
	/* Only the parent decides when the two end. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	keys_start();
	bool ready = set_up(network);
	if (ready && !drop_privileges(start->user, why)) {
		log_error("client", "%s", why);
		ready = false;
	}
	network->status = 1;
	if (ready && !enter_loop(network))
		log_error("client", "the network process cannot start");
	int status = network->status;
	tear_down(network);
	return status;
}
