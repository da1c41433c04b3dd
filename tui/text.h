/* SPDX-License-Identifier: BSD-3-Clause */
/* Columns of the MIB as people and programs read them: words, aligned tables, JSON. */
#ifndef BELLWETHER_TUI_TEXT_H
#define BELLWETHER_TUI_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/clock.h"
#include "mib/tables.h"

/* "serving" "97.2" "3m12s" "yes" "-": one value in a few words; returns out. now turns
   instants into ages. */
const char *text_value(const struct mib_column *column, const void *row,
		       struct moment now, char out[MIB_TEXT]);
/* "45s" "3m12s" "2h05m" "3d04h". */
const char *text_age(int64_t us, char out[16]);
/* True when the agent has no such instance, or none yet. */
bool text_is_absent(const struct mib_column *column, const void *row);

/* ---- aligned columns ---- */

#define TEXT_COLUMNS 16
struct text_table;
/* NULL without memory. */
struct text_table *text_table_new(const char *const *heading, size_t columns);
/* One cell after the other, row by row; numbers stand right. */
void text_table_add(struct text_table *table, const char *text, bool number);
/* width: what the last column is cut to fit into; 0 cuts nothing. */
void text_table_print(const struct text_table *table, size_t width, FILE *out);
void text_table_free(struct text_table *table);

/* ---- JSON ---- */

void json_string(const char *text, FILE *out);
/* "serverState" of "bwServerState". */
const char *json_name(const char *column, char out[64]);
/* "parameterIndex" of the row's own number. */
const char *json_index(const struct mib_description *description, char out[64]);
/* {"serverIndex":1,...}: all columns of the row. server: the name that goes into rows of
   other tables than the servers'. */
void json_row(const struct mib_description *description, const void *row,
	      const char *server, struct moment now, FILE *out);

#endif
