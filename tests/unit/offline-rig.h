/* SPDX-License-Identifier: BSD-3-Clause */
/* bellwether's commands over files in a folder, and what they print. */
#ifndef BELLWETHER_TESTS_OFFLINE_RIG_H
#define BELLWETHER_TESTS_OFFLINE_RIG_H

#include <stdbool.h>
#include <sys/stat.h>

/* Of this test, in /tmp. */
extern char folder[64];
/* What the last command printed. */
extern char *out_text, *err_text;

void folder_make(const char *name);
void folder_remove(void);
/* One of the last four asked for. */
const char *in_folder(const char *name);
void write_file(const char *name, const char *text, mode_t mode);
/* bellwether WORD..., NULL behind the last; returns its exit status. */
int run(const char *const *words);
void run_forget(void);
/* Whether the part is in the text, as wanted. */
void has(const char *text, const char *part, bool wanted, int line);

#define RUN(...)      run((const char *const[]){ __VA_ARGS__, NULL })
#define OUT(part)     has(out_text, part, true, __LINE__)
#define OUT_NOT(part) has(out_text, part, false, __LINE__)
#define ERR(part)     has(err_text, part, true, __LINE__)
#define ERR_NOT(part) has(err_text, part, false, __LINE__)
#define OUT_NONE()    CU_ASSERT_STRING_EQUAL(out_text, "")

#endif
