/* SPDX-License-Identifier: BSD-3-Clause */
/* Holding on to state.db, whatever happens to it. */
#include "config.h"

#include "subagent/store-hold.h"

#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "common/clock.h"
#include "common/log.h"

/* Of databases damaged one soon after another the first is evidence enough: others are
   not kept, lest they fill the disk. */
#define ASIDE_AGAIN HOUR

static void
let_go(struct hold *hold)
{
	database_close(hold->database);
	hold->database = NULL;
}

/* What cannot be used is evidence: it is kept, beside. */
static bool
put_aside(struct hold *hold, const char *word, const char *why)
{
	struct moment now = clock_now();
	bool keep = hold->aside == 0 || now.boot - hold->aside >= ASIDE_AGAIN;
	let_go(hold);
	if (!files_put_aside(hold->path, word, (long long)(now.wall / SECOND), keep))
		return false;
	if (keep)
		hold->aside = now.boot;
	log_error("store", "%s is %s (%s): %s, beginning anew; %s", hold->path, word,
		  why, keep ? "put aside" : "removed, as it happens again",
		  hold->taken ? "what is known is written again"
			      : "clients will tell where they are");
	return true;
}

/* ---- opening ---- */

/* Not another daemon's, not a copy of ours of yesterday, and not one that could not be
   read when there was time to: its rows and ours would be mixed. The last attempt may
   have been written although it failed. */
static bool
is_ours(const struct hold *hold)
{
	int64_t batch = database_batch(hold->database);
	return !hold->taken || database_fresh(hold->database) || batch == hold->batch ||
	       batch == hold->batch + 1;
}

static enum database_end
open_once(struct hold *hold, char why[STORE_WHY])
{
	enum database_end end = DATABASE_OK;
	bool logged;
	/* SQLite would begin anew, and remove the log. */
	if (files_empty(hold->path, &logged) && logged) {
		snprintf(why, STORE_WHY, "nothing is in it, but in its -wal");
		return DATABASE_DAMAGED;
	}
	hold->database =
	    database_open(hold->path, hold->vfs, DATABASE_WRITE, &end, why);
	if (hold->database && !hold->taken)
		end = database_check(hold->database, why);
	if (end != DATABASE_OK)
		let_go(hold);
	return end;
}

/* One that has to be put aside is followed by a fresh one. */
static enum database_end
open_usable(struct hold *hold, char why[STORE_WHY])
{
	enum database_end end = open_once(hold, why);
	bool again = end == DATABASE_DAMAGED && put_aside(hold, "damaged", why);
	if (hold->database && !is_ours(hold)) {
		snprintf(why, STORE_WHY, "it is not the one that this daemon knows");
		end = DATABASE_FAILED;
		again = put_aside(hold, "unknown", why);
	}
	return again ? open_once(hold, why) : end;
}

static enum database_end
open_database(struct hold *hold, char why[STORE_WHY])
{
	enum database_end end = open_usable(hold, why);
	if (!hold->database) {
		const char *obstacle = files_obstacle(hold->path);
		size_t length = strlen(why);
		if (end == DATABASE_FAILED && obstacle)
			snprintf(why + length, STORE_WHY - length, ": %s", obstacle);
		return end;
	}
	files_note(&hold->files, hold->path);
	hold->batch = database_batch(hold->database);
	hold->anew |= hold->taken && database_fresh(hold->database);
	return end;
}

/* Where nothing can be written it can be read all the same, as a rule. */
static void
take_alone(struct hold *hold, const char *why)
{
	char reason[STORE_WHY];
	enum database_end end;
	struct database *database =
	    database_open(hold->path, NULL, DATABASE_READ_ALONE, &end, reason);
	hold->alone = database != NULL;
	hold->batch = database ? database_batch(database) : -1;
	hold->closed = database && database_closed(database);
	database_close(database);
	log_error("store", "%s: %s; going on %s, and trying again", hold->path, why,
		  hold->alone ? "with what it has" : "without what it knows");
}

/* A number that no other life of this database has. */
static void
take_numbers(struct hold *hold)
{
	int64_t wall = clock_now().wall;
	int64_t batch = hold->batch < wall ? wall : hold->batch + 1;
	if (database_take(hold->database, batch))
		hold->batch = batch;
}

bool
hold_take(struct hold *hold, bool *failing, char why[STORE_WHY])
{
	bool logged, empty = files_empty(hold->path, &logged);
	enum database_end end = open_database(hold, why);
	if (end == DATABASE_NEWER || end == DATABASE_FOREIGN)
		return false;
	*failing = hold->database == NULL;
	if (!hold->database) {
		take_alone(hold, why);
	} else {
		/* A new one misses nothing, unless it follows another. */
		hold->closed = database_fresh(hold->database)
				   ? !empty && hold->aside == 0
				   : database_closed(hold->database);
		take_numbers(hold);
	}
	hold->taken = true;
	return true;
}

void
hold_release(struct hold *hold, bool complete)
{
	if (complete && hold->database)
		(void)database_put_closed(hold->database);
	let_go(hold);
}

/* ---- while it is held ---- */

bool
hold_anew(struct hold *hold)
{
	bool anew = hold->anew;
	hold->anew = false;
	return anew;
}

void
hold_condemn(struct hold *hold, const char *why)
{
	(void)put_aside(hold, "damaged", why);
}

/* The file may have gone or been changed under us, which is no failure of a write.
   False: it is closed, and what is left of it put aside; why. */
static bool
is_still_there(struct hold *hold, char why[STORE_WHY])
{
	enum files_change change = files_look(&hold->files, hold->path);
	if (change == FILES_SAME)
		return true;
	snprintf(why, STORE_WHY, "%s", files_change_text(change));
	switch (change) {
	case FILES_UNLOGGED:
		log_warning("store", "%s %s: opened again", hold->path, why);
		break;
	case FILES_OTHER:
		(void)put_aside(hold, "unknown", why);
		break;
	case FILES_CUT:
		(void)put_aside(hold, "damaged", why);
		break;
	default:
		log_error("store", "%s %s: what is known is written again", hold->path,
			  why);
		break;
	}
	let_go(hold);
	return false;
}

/* DATABASE_DAMAGED: what was there is gone, and a fresh one is worth a try. A database
   that failed is opened anew the next time: a disk that was full or gone may have left
   the handle in any state. */
static enum database_end
write_once(struct hold *hold, const struct store_item *item, size_t items,
	   char why[STORE_WHY])
{
	if (!hold->database)
		(void)open_database(hold, why);
	if (!hold->database)
		return DATABASE_FAILED;
	enum database_end end =
	    database_write(hold->database, hold->batch + 1, item, items, why);
	/* Only then: what happened to the file before the end of it is seen. */
	if (end == DATABASE_OK && !is_still_there(hold, why))
		return DATABASE_DAMAGED;
	if (end == DATABASE_OK)
		hold->batch++;
	else if (end == DATABASE_DAMAGED && !put_aside(hold, "damaged", why))
		end = DATABASE_FAILED;
	if (end != DATABASE_OK)
		let_go(hold);
	return end;
}

bool
hold_write(struct hold *hold, const struct store_item *item, size_t items,
	   char why[STORE_WHY])
{
	enum database_end end = write_once(hold, item, items, why);
	if (end == DATABASE_DAMAGED)
		end = write_once(hold, item, items, why);
	return end == DATABASE_OK;
}

bool
hold_look(struct hold *hold, char why[STORE_WHY])
{
	if (hold->database && is_still_there(hold, why))
		return true;
	(void)open_database(hold, why);
	return hold->database != NULL;
}
