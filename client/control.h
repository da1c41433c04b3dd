/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket in the state folder through which --status and --ask reach the daemon. */
#ifndef BELLWETHER_CLIENT_CONTROL_H
#define BELLWETHER_CLIENT_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#define CONTROL_WHY  256
#define CONTROL_TEXT 65536 /* of an answer */

/* Makes FOLDER when it is not there, locks it for this daemon, and listens in it: only
   root and the owner get through. Both descriptors stay open as long as the daemon; -1
   with why when another one has it or the system refuses. */
int control_listen(const char *folder, int *lock, char why[CONTROL_WHY]);

/* Answers a word ("status", "ask") with text. */
typedef void control_answer(void *context, const char *word, char *text, size_t size);
struct control;
struct control *
control_serve(uv_loop_t *loop, int fd, control_answer *answer, void *context);
void control_close(struct control *control);

/* The other end: sends a word and prints the answer. False with why. */
bool control_ask(const char *folder, const char *word, char why[CONTROL_WHY]);

#endif
