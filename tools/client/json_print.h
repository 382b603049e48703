/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What --json of every command prints: one object on a line (doc/json.md). */
#ifndef TVTRACE_CLIENT_JSON_PRINT_H
#define TVTRACE_CLIENT_JSON_PRINT_H

#include <json-c/json.h>

/* A new one, with its `schema`. */
struct json_object *json_print_begin(void);

/* Prints it on standard output, and puts it. */
void json_print_end(struct json_object *o);

#endif
