/* SPDX-License-Identifier: BSD-3-Clause */
/* The console in front of two agents that only pretend: for tests of what it shows. */
#ifndef BELLWETHER_TESTS_UNIT_CONSOLE_STAGE_H
#define BELLWETHER_TESTS_UNIT_CONSOLE_STAGE_H

#include "common/bytes.h"
#include "tests/unit/unit.h"
#include "tui/console.h"

#define CLIENTS 120
#define EVENTS  30

extern const struct moment start;

/* Two servers behind one agent, a third behind another. */
extern struct mib_server server[3];
extern struct mib_client client[CLIENTS];
extern struct mib_group group[3];
extern struct mib_operation operation[2];
extern struct mib_event event[EVENTS];
extern struct snapshot shown[2];
extern struct console console;
extern struct cells screen;

/* ---- what the agents show ---- */

void fill_server(struct mib_server *row, uint32_t index, const char *name);
void show(struct snapshot *snapshot, enum mib_table table, void *row, size_t count);
/* The next round's answers of an agent come in. */
void see(size_t agent, enum agent_state state, const char *detail);
/* Everything anew, and drawn a first time. */
void begin(size_t agents, int width, int height, bool ascii);

/* ---- what the operator does and sees ---- */

void press(const char *typed);
void press_code(uint32_t code);
const char *line(int y);
bool shows(const char *text);
void expect_screen(const char *const *wanted, int lines);
/* Of the client under the cursor. */
const char *chosen_name(void);

/* Where the line of the screen stands that begins so; -1: nowhere. */
int find_line(const char *text);

/* A filter on that row of that view, or on the n-th client, from 1. */
bool matches_row(const char *command, const void *row, const char *text);
bool matches(uint32_t n, const char *filter);

/* A whole test program. */
int console_stage_run(const char *name, const struct unit_test *tests, size_t count);

#endif
