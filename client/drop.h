/* SPDX-License-Identifier: BSD-3-Clause */
/* Giving up every privilege for good. */
#ifndef BELLWETHER_CLIENT_DROP_H
#define BELLWETHER_CLIENT_DROP_H

#include <stdbool.h>
#include <stddef.h>

#define DROP_WHY 160

/* Becomes the user (root only; NULL: "bellwether" when there is one, else "nobody"), with
   its group and no other, without any capability, in the bounding set neither, and with
   no_new_privs; then tries to get something back. False with why when any of it fails or
   anything came back: the process must end then. */
bool drop_privileges(const char *user, char why[DROP_WHY]);

#endif
